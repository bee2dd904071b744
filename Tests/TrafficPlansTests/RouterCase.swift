import KubeModel
import Primitives
import Testing
import TrafficPlans
import YAMLEdit

/// A file that a person reads from top to bottom: what it shows, what the spec says, the live objects, what is wanted of
/// them step by step, and below that what is written for it.
///
///     shows: One sentence.
///     trafficRouting: …              as the spec has it
///     services: {canary, stable}     web-canary and web-stable unless said otherwise
///     experiments: […]               Services that experiments may have
///     settles: true                  where the router adds something that stays
///     plans: 2                       where what is wanted takes so many plans, one after the other
///     rounding: 1                    by how much shares may be off, where others have a part of the total
///     steps: [{weight, routes, additional, canaryHash, stableHash, services}]
///     objects: […]
struct RouterCase: Sendable, CustomTestStringConvertible {
  /// The folder and the file, without its ending.
  let name: String
  let path: String
  let document: JSONValue
  /// All lines before the golden part.
  let head: String
  let routers: [any TrafficRouter]
  /// The objects that people wrote.
  let objects: LiveRoutes

  var testDescription: String { name }

  private static let loaded: (cases: [RouterCase], broken: [String]) = {
    let root = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Golden"
    var loaded: (cases: [RouterCase], broken: [String]) = ([], [])
    for folder in TextFile.names(in: root) {
      for file in TextFile.names(in: "\(root)/\(folder)") {
        do {
          loaded.cases.append(try RouterCase("\(folder)/\(file)", path: "\(root)/\(folder)/\(file)"))
        } catch {
          loaded.broken.append("\(folder)/\(file): \(error)")
        }
      }
    }
    return loaded
  }()

  static var all: [RouterCase] { loaded.cases }
  static var broken: [String] { loaded.broken }

  private init(_ name: String, path: String) throws {
    let text = try #require(TextFile.read(path), "it cannot be read")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let end = lines.firstIndex { $0.hasPrefix("golden:") } ?? lines.endIndex
    self.name = String(name.prefix { $0 != "." })
    self.path = path
    document = try #require(try YAML.parse(Array(text.utf8)).first).json
    head = lines[..<end].joined(separator: "\n")
    let routing = TrafficRouting(
      document["trafficRouting"],
      rollout: ObjectKey(namespace: "shop", name: "web")
    )
    routers = routing.routers
    try #require(!routers.isEmpty, "it names no router")
    let written = document["objects"]?.array ?? []
    objects = try written.reduce(into: [:]) { objects, object in
      let address = routing.addresses.first { $0.type.kind == object.kind && $0.key == ObjectKey(object) }
      objects[try #require(address, "no router speaks of \(object.kind) \(ObjectKey(object))")] = object
    }
  }

  /// The file with other golden entries.
  func text(with golden: JSONValue) -> String {
    (head.hasSuffix("\n") ? head : head + "\n") + YAML.emit(["golden": golden])
  }

  var steps: [JSONValue] { document["steps"]?.array ?? [] }

  /// How many plans it takes at most until the router wants nothing more.
  var plans: Int { document["plans"]?.int ?? 1 }

  /// By how much shares may be off, where others have a part of the total.
  var rounding: Int { document["rounding"]?.int ?? 0 }

  /// What is wanted in a step. Without more said, a canary has one hash, and at weight 0 there is none.
  func weights(_ step: JSONValue) -> TrafficWeights {
    let routing = document["trafficRouting"]
    let services = step["services"] ?? document["services"]
    let weight = step["weight"]?.int ?? 0
    var weights = TrafficWeights(
      canaryService: services?["canary"]?.string ?? "web-canary",
      stableService: services?["stable"]?.string ?? "web-stable",
      canary: weight,
      total: routing?["maxTrafficWeight"]?.int ?? 100,
      managedRoutes: (step["routes"]?.array ?? []).compactMap { route in
        route["setHeaderRoute"].map { ManagedRoute(headerRoute: $0) }
          ?? route["setMirrorRoute"].flatMap { ManagedRoute(mirrorRoute: $0) }
      },
      managedNames: (routing?["managedRoutes"]?.array ?? []).compactMap { $0["name"]?.string },
      additional: (step["additional"]?.array ?? []).map {
        .init(
          service: $0["service"]?.string ?? "",
          weight: $0["weight"]?.int ?? 0,
          port: $0["port"]?.int
        )
      },
      additionalNames: Set((document["experiments"]?.array ?? []).compactMap(\.string))
    )
    weights.stableHash = step["stableHash"]?.string ?? "5d9c48b7f"
    weights.canaryHash = step["canaryHash"]?.string ?? (weight == 0 ? weights.stableHash : "7bf84f969")
    weights.stickiness = routing?["stickiness"]?.string.flatMap(Stickiness.init)
    weights.owner = Self.owner
    return weights
  }

  static let owner: JSONValue = [
    "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web",
    "uid": "0b9f6c0e-4a52-4f0e-9b63-1f6f4a6a1c11", "controller": true, "blockOwnerDeletion": true,
  ]

  /// The world before the release: as people wrote it, and for a router that adds what stays, with that.
  func world() throws -> RouterWorld {
    var world = RouterWorld(objects)
    let isSettling = document["settles"]?.bool == true
    for router in routers {
      let plan = router.plan(weights(["weight": 0]), world.live)
      if !isSettling { #expect(plan == .unchanged, "nothing may be written at rest") }
      try world.perform(plan)
    }
    return world
  }
}
