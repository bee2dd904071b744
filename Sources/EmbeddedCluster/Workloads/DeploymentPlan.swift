import KubeModel
import Primitives

/// What a Deployment wants done with its ReplicaSets, decided from both.
struct DeploymentPlan: Sendable, Equatable {
  /// The ReplicaSet to create for the current template, complete; nil when it exists.
  var create: JSONValue?
  /// New sizes by the name of the ReplicaSet.
  var scale: [String: Int] = [:]
  /// Names of old, empty ReplicaSets beyond the history limit.
  var delete: [String] = []
  /// The revision of the current template.
  var revision = 1
  /// The ReplicaSet of the current template, when it exists.
  var current: String?

  static let revisionAnnotation = "deployment.kubernetes.io/revision"
  static let hashLabel = "pod-template-hash"

  /// Decides for one Deployment that is not being deleted; `owned` are the ReplicaSets that it controls.
  static func make(deployment: JSONValue, owned: [JSONValue]) -> DeploymentPlan {
    var plan = DeploymentPlan()
    let desired = deployment.spec["replicas"]?.int ?? 1
    let isPaused = deployment.spec["paused"]?.bool ?? false
    let template = deployment.spec["template"] ?? .object([:])
    let current = owned.filter { bareTemplate(of: $0) == template }.min { $0.name < $1.name }
    let old = owned.filter { $0.uid != current?.uid }
    let newest = old.map(revision).max() ?? 0
    plan.current = current?.name
    let own = current.map(revision) ?? 0
    plan.revision = own > newest ? own : newest + 1
    if let current {
      if !isPaused { plan.roll(deployment, desired: desired, current: current, old: old) }
    } else if !isPaused {
      plan.create = plan.newReplicaSet(for: deployment, template: template, old: old, desired: desired)
    }
    plan.delete = superfluous(old, limit: deployment.spec["revisionHistoryLimit"]?.int ?? 10)
    return plan
  }

  static func revision(of replicaSet: JSONValue) -> Int {
    replicaSet.annotations[revisionAnnotation].flatMap { Int($0) } ?? 0
  }

  /// The template as the Deployment wrote it: without the hash that tells ReplicaSets apart.
  private static func bareTemplate(of replicaSet: JSONValue) -> JSONValue {
    var template = replicaSet.spec["template"] ?? .object([:])
    template.set(nil, at: "metadata", "labels", hashLabel)
    return template
  }

  private func newReplicaSet(
    for deployment: JSONValue,
    template: JSONValue,
    old: [JSONValue],
    desired: Int
  ) -> JSONValue {
    let hash = PodTemplate.hash(template, collisions: deployment.status["collisionCount"]?.int ?? 0)
    var template = template
    template.set(.string(hash), at: "metadata", "labels", Self.hashLabel)
    var selector = deployment.spec["selector"] ?? .object([:])
    selector.set(.string(hash), at: "matchLabels", Self.hashLabel)
    let limits = Limits(deployment, desired: desired)
    let room = max(0, desired + limits.surge - old.reduce(0) { $0 + Self.size($1) })
    let mayStart = limits.isRecreate ? old.allSatisfy { Self.size($0) == 0 } : true
    return [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": [
        "name": .string("\(deployment.name)-\(hash)"), "namespace": .string(deployment.namespace),
        "labels": template.at("metadata", "labels") ?? .object([:]),
        "annotations": [Self.revisionAnnotation: .string(String(revision))],
        "ownerReferences": [controllerReference(to: deployment)],
      ],
      "spec": [
        "replicas": JSONValue(mayStart ? min(desired, room) : 0),
        "minReadySeconds": JSONValue(deployment.spec["minReadySeconds"]?.int ?? 0),
        "selector": selector, "template": template,
      ],
    ]
  }

  /// How far a rolling update may go beyond and below the desired number.
  private struct Limits {
    let surge: Int
    let unavailable: Int
    let isRecreate: Bool

    init(_ deployment: JSONValue, desired: Int) {
      isRecreate = deployment.spec.at("strategy", "type")?.string == "Recreate"
      let rolling = deployment.spec.at("strategy", "rollingUpdate")
      let quarter = IntOrPercent.percent(25)
      let surge = rolling?["maxSurge"].flatMap { IntOrPercent($0, bareStringIsPercent: false) } ?? quarter
      let down =
        rolling?["maxUnavailable"].flatMap { IntOrPercent($0, bareStringIsPercent: false) } ?? quarter
      self.surge = isRecreate ? 0 : surge.count(of: desired, roundingUp: true)
      let unavailable = down.count(of: desired, roundingUp: false)
      // Both zero would never move.
      self.unavailable = isRecreate ? desired : (self.surge == 0 ? max(1, unavailable) : unavailable)
    }
  }

  private static func size(_ replicaSet: JSONValue) -> Int { replicaSet.spec["replicas"]?.int ?? 1 }
  private static func available(_ replicaSet: JSONValue) -> Int {
    replicaSet.status["availableReplicas"]?.int ?? 0
  }

  private mutating func roll(_ deployment: JSONValue, desired: Int, current: JSONValue, old: [JSONValue]) {
    let limits = Limits(deployment, desired: desired)
    let oldTotal = old.reduce(0) { $0 + Self.size($1) }
    let size = Self.size(current)
    if size > desired {
      scale[current.name] = desired
    } else if limits.isRecreate {
      let stillRunning = old.contains { ($0.status["replicas"]?.int ?? 0) > 0 || Self.size($0) > 0 }
      if !stillRunning, size < desired { scale[current.name] = desired }
    } else if size < desired {
      let room = desired + limits.surge - size - oldTotal
      if room > 0 { scale[current.name] = min(desired, size + room) }
    }
    guard oldTotal > 0 else { return }
    let unavailableNew = max(0, size - Self.available(current))
    var budget = size + oldTotal - (desired - limits.unavailable) - unavailableNew
    guard limits.isRecreate || budget > 0 else { return }
    if limits.isRecreate { budget = oldTotal }
    shrink(
      old,
      budget: budget,
      keepingAvailable: limits.isRecreate ? 0 : desired - limits.unavailable,
      current
    )
  }

  /// Takes pods from the old ReplicaSets: first those that serve nobody, then as many as availability allows.
  private mutating func shrink(
    _ old: [JSONValue],
    budget: Int,
    keepingAvailable minimum: Int,
    _ current: JSONValue
  ) {
    let byAge = old.sorted { Self.revision(of: $0) < Self.revision(of: $1) }
    var sizes = byAge.map(Self.size)
    var budget = budget
    for (index, replicaSet) in byAge.enumerated() where budget > 0 {
      let idle = max(0, sizes[index] - Self.available(replicaSet))
      let cut = min(idle, budget)
      sizes[index] -= cut
      budget -= cut
    }
    let available = zip(byAge, sizes).reduce(Self.available(current)) { $0 + min(Self.available($1.0), $1.1) }
    var spare = min(budget, max(0, available - minimum))
    for index in byAge.indices where spare > 0 {
      let cut = min(sizes[index], spare)
      sizes[index] -= cut
      spare -= cut
    }
    for (replicaSet, size) in zip(byAge, sizes) where size != Self.size(replicaSet) {
      scale[replicaSet.name] = size
    }
  }

  private static func superfluous(_ old: [JSONValue], limit: Int) -> [String] {
    let empty = old.filter { size($0) == 0 && ($0.status["replicas"]?.int ?? 0) == 0 }
      .sorted { revision(of: $0) < revision(of: $1) }
    return empty.prefix(max(0, empty.count - limit)).map(\.name)
  }
}
