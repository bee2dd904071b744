import KubeModel
import Primitives
import Testing

/// Something that a tool does to the Rollout `web` with kubectl, or that it wants to see there in the end.
enum PatchMove: Sendable {
  case apply([JSONValue])
  case image(String)
  /// A merge patch of the status subresource, as `kubectl argo rollouts` and dashboards send it.
  case status(String)
  /// A merge patch of the Rollout.
  case spec(String)
  case scale(Int)
  case phase(String, String = "")
  /// A field of the status, as dots lead there; nil wants it to be absent.
  case field(String, JSONValue?)
  /// Pods ordered by version; a ReplicaSet without pods counts, one that is not there is left out.
  case pods([String: Int])
  /// The version that a Service selects; nil for all.
  case selects(String, String?)
  /// The canary's weight in the HTTPRoute.
  case weight(Int)
  case condition(String, String)
  case event(String, String)
}

/// A table of moves, played one after the other in a namespace of its own.
struct PatchScenario: Sendable {
  let name: String
  let moves: [PatchMove]

  init(_ name: String, _ moves: PatchMove...) { (self.name, self.moves) = (name, moves) }

  /// Plays it; what is not seen in time is an issue with the name and the number of the move.
  func play(on stage: Stage, namespace: String) async {
    let player = PatchPlayer(stage: stage, namespace: namespace)
    for (index, move) in moves.enumerated() {
      do {
        try await player.play(move)
      } catch {
        Issue.record("\(name), move \(index + 1) (\(move)): \(error) \(await player.describe())")
        return
      }
    }
  }
}

/// Plays moves in a namespace.
private struct PatchPlayer {
  let stage: Stage
  let namespace: String

  func play(_ move: PatchMove) async throws {
    switch move {
    case .apply(let objects):
      try await kubectl("apply", "-f", "-", input: Manifests.text(objects, namespace: namespace))
    case .image(let version):
      let path = "/spec/template/spec/containers/0/image"
      let patch: JSONValue = [["op": "replace", "path": .string(path), "value": .string("shop:\(version)")]]
      try await kubectl("patch", "rollout", "web", "--type=json", "-p", patch.text())
    case .status(let patch):
      try await kubectl(
        "patch",
        "rollout",
        "web",
        "--subresource=status",
        "--type=merge",
        "-p",
        "{\"status\":\(patch)}"
      )
    case .spec(let patch):
      try await kubectl("patch", "rollout", "web", "--type=merge", "-p", "{\"spec\":\(patch)}")
    case .scale(let size): try await kubectl("scale", "rollout", "web", "--replicas=\(size)")
    default: try await waitUntil("it", within: .seconds(25)) { try await isSeen(move) }
    }
  }

  private func isSeen(_ move: PatchMove) async throws -> Bool {
    let rollout = try await rollout()
    let status = rollout.status
    guard status["observedGeneration"]?.string == String(rollout.generation) else { return false }
    switch move {
    case .phase(let phase, let message):
      return status["phase"]?.string == phase && (status["message"]?.string ?? "") == message
    case .field(let path, let value):
      return Self.field(path, of: status) == value
    case .pods(let pods): return try await self.pods() == pods
    case .selects(let service, let version):
      let selector = try await stage.get(.services, namespace, service)?.spec["selector"]
      return try await self.version(ofHash: selector?["rollouts-pod-template-hash"]?.string) == version
    case .weight(let weight):
      let route = try await stage.get(.httpRoutes, namespace, "web") ?? .null
      let backends: [JSONValue] = route.spec["rules"]?[0]?["backendRefs"]?.array ?? []
      let canary = backends.first { $0["name"]?.string == "canary" }
      return canary?["weight"]?.int == weight
    case .condition(let type, let value):
      let conditions = status["conditions"]?.array ?? []
      return conditions.first { $0["type"]?.string == type }?["status"]?.string == value
    case .event(let reason, let message):
      return try await stage.list(.events, namespace).contains {
        $0["reason"]?.string == reason && $0["message"]?.string == message
      }
    default: return true
    }
  }

  func describe() async -> String {
    do {
      return try await "\(rollout().status.text()) \(pods())"
    } catch {
      return "\(error)"
    }
  }

  private static func field(_ path: String, of status: JSONValue) -> JSONValue? {
    var value: JSONValue? = status
    for key in path.split(separator: ".").map(String.init) {
      if let index = Int(key) { value = value?[index] } else { value = value?[key] }
    }
    return value
  }

  private func rollout() async throws -> JSONValue {
    try await stage.get(.rollouts, namespace, "web") ?? .null
  }

  private func pods() async throws -> [String: Int] {
    let sets = try await stage.list(.replicaSets, namespace)
    return Dictionary(sets.map { (Self.version($0), $0.spec["replicas"]?.int ?? 0) }) { $0 + $1 }
  }

  private func version(ofHash hash: String?) async throws -> String? {
    guard let hash else { return nil }
    return try await stage.list(.replicaSets, namespace).first {
      $0.label("rollouts-pod-template-hash") == hash
    }.map(Self.version)
  }

  private static func version(_ object: JSONValue) -> String { String(Shop.image(of: object).dropFirst(5)) }

  private func kubectl(_ arguments: String..., input: String = "") async throws {
    let path = try #require(Kubectl.path)
    let ran = try await Ran.program(
      path,
      ["-n", namespace] + arguments,
      environment: ["KUBECONFIG": stage.kubeconfig, "HOME": stage.folder],
      input: input
    )
    guard ran.code == 0 else { throw Overdue(description: "\(ran)") }
  }
}
