import KubeModel
import Primitives
import RolloutCore

/// The weight that the steps ask for and the one that there is, as other tools show them (reference, section 8.3).
struct CanaryWeights: Equatable {
  let set: Int
  let actual: Int

  /// `newSet` is the ReplicaSet of the newest revision; without a router its share of the pods is the weight.
  init(_ canary: CanaryStrategy, _ status: RolloutStatus, newSet: ReplicaSetView?) {
    let all = canary.maxTrafficWeight
    let index = status.currentStepIndex ?? canary.steps.count
    if status.isFullyPromoted {
      (set, actual) = (all, all)
      return
    }
    set = status.isAborted ? 0 : index >= canary.steps.count ? all : canary.weight(upTo: index)
    if canary.hasTrafficRouting {
      actual = status.weights?.at("canary", "weight")?.int ?? 0
    } else {
      let available = status.counts.available
      actual = available > 0 ? (newSet?.available ?? 0) * all / available : 0
    }
  }
}

/// The images of ReplicaSets that have pods, each with what it is used as.
enum ImageFacts {
  static func lines(_ sets: [JSONValue], roles: (ReplicaSetView) -> [String]) -> [(String, String)] {
    var tags: [String: Set<String>] = [:]
    for set in sets.map({ ReplicaSetView($0) }) where set.desired > 0 || set.created > 0 {
      for image in set.images.values { tags[image, default: []].formUnion(roles(set)) }
    }
    return tags.sorted { $0.key < $1.key }.enumerated().map { index, entry in
      let roles = entry.value.isEmpty ? "" : " (\(entry.value.sorted().joined(separator: ", ")))"
      return (index == 0 ? "Images:" : " ", entry.key + roles)
    }
  }
}
