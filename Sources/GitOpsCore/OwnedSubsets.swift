import KubeModel
import Primitives

/// The subsets of a DestinationRule by which a Rollout selects its revisions: the hash among their labels is the rollout
/// controller's, and so are subsets of experiments.
struct OwnedSubsets {
  private static let hash = "rollouts-pod-template-hash"

  var names: Set<String> = []
  var experiments: Set<String> = []

  func rewrite(_ rule: JSONValue, from live: JSONValue?) -> JSONValue {
    guard let subsets = rule.spec["subsets"]?.array else { return rule }
    let known = live?.spec["subsets"]?.array ?? []
    let rewritten = subsets.filter { !isOfExperiment($0) }.map { subset -> JSONValue in
      guard let name = subset["name"]?.string, names.contains(name) else { return subset }
      let hash = known.first { $0["name"]?.string == name }?.at("labels", Self.hash)
      var subset = subset
      subset.set(hash, at: "labels", Self.hash)
      return subset
    }
    var rule = rule
    rule.set(.array(rewritten + known.filter(isOfExperiment)), at: "spec", "subsets")
    return rule
  }

  private func isOfExperiment(_ subset: JSONValue) -> Bool {
    experiments.contains(subset["name"]?.string ?? "")
  }
}
