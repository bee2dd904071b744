import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

/// The controller's caches where they lag: one kind of object each, as it was when its watch was lost.
///
/// As in the real stores, the answer to an own write replaces what is there, and a ReplicaSet that was made, or that a
/// second attempt found, is added; what else was created or deleted shows only when the watch is back.
struct Caches: Sendable {
  enum Kind: CaseIterable, Sendable {
    case rollout
    case replicaSets
    case services
    case routes
    case analysisRuns
    case experiments

    /// Those of which a watch may be lost; pods have none, as they are read when they are needed.
    static func all(withExperiments: Bool) -> [Kind] {
      allCases.filter { withExperiments || $0 != .experiments }
    }
  }

  private struct Frozen: Sendable {
    let until: Instant
    var old: Snapshot
  }

  private var frozen: [Kind: Frozen] = [:]

  /// When the next watch is back; nil when none is lost.
  var nextThaw: Instant? { frozen.values.map(\.until).min() }

  mutating func freeze(_ kind: Kind, _ seen: Snapshot, until: Instant) {
    if frozen[kind] == nil { frozen[kind] = Frozen(until: until, old: seen) }
  }

  /// Forgets what is over; a restart forgets all.
  mutating func thaw(at now: Instant?) {
    guard let now else { return frozen = [:] }
    for (kind, cache) in frozen where cache.until <= now { frozen[kind] = nil }
  }

  /// Puts the old objects in the place of the present ones.
  func apply(to seen: inout Snapshot) {
    for (kind, cache) in frozen {
      switch kind {
      case .rollout: seen.rollout = cache.old.rollout
      case .replicaSets: seen.replicaSets = cache.old.replicaSets
      case .services: seen.services = cache.old.services
      case .routes: seen.routes = cache.old.routes
      case .analysisRuns: seen.analysisRuns = cache.old.analysisRuns
      case .experiments: seen.experiments = cache.old.experiments
      }
    }
  }

  /// Takes in the answer to an own write.
  mutating func note(_ effect: Effect, _ present: Snapshot) {
    switch effect {
    case .setDefaultReplicas, .annotateRollout: noteRollout(present)
    case .scaleReplicaSet(let name, _, _, _, _), .annotateReplicaSet(let name, _):
      noteReplicaSet(name, present)
    case .createReplicaSet(let set): noteCreated(set.name, present)
    case .selectRevision(let name, _, _): frozen[.services]?.old.services[name] = present.services[name]
    case .changeRoute(.patch(let address, _)):
      frozen[.routes]?.old.routes[address] = present.routes[address]
    case .terminateAnalysisRun(let name): refresh(.analysisRuns, \.analysisRuns, name, present)
    case .terminateExperiment(let name): refresh(.experiments, \.experiments, name, present)
    default: break
    }
  }

  mutating func noteReplicaSet(_ name: String, _ present: Snapshot) {
    refresh(.replicaSets, \.replicaSets, name, present)
  }

  private mutating func noteCreated(_ name: String, _ present: Snapshot) {
    guard let old = frozen[.replicaSets]?.old.replicaSets, !old.contains(where: { $0.name == name }) else {
      return
    }
    frozen[.replicaSets]?.old.replicaSets += present.replicaSets.filter { $0.name == name }
  }

  mutating func noteRollout(_ present: Snapshot) { frozen[.rollout]?.old.rollout = present.rollout }

  private mutating func refresh(
    _ kind: Kind,
    _ objects: WritableKeyPath<Snapshot, [JSONValue]>,
    _ name: String,
    _ present: Snapshot
  ) {
    guard let old = frozen[kind]?.old,
      let index = old[keyPath: objects].firstIndex(where: { $0.name == name }),
      let object = present[keyPath: objects].first(where: { $0.name == name })
    else { return }
    frozen[kind]?.old[keyPath: objects][index] = object
  }
}
