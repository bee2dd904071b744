import KubeModel
import Primitives

/// `antiAffinity`: pods of the newest revision do not share a node with those of the stable one, so that an autoscaler
/// of nodes does not move them when the other ones go (reference, section 2.13).
extension Situation {
  /// The ReplicaSet of a release in flight with the rule against the present stable revision; every other ReplicaSet
  /// as it is, since a rule does nothing once its revision is gone.
  func keepingApart(_ set: JSONValue, _ status: RolloutStatus) -> JSONValue {
    let hash = set.label(RolloutNames.podTemplateHash) ?? ""
    guard hash == revisions.newHash, !status.stableHash.isEmpty, hash != status.stableHash else { return set }
    let rule = spec.canary?.antiAffinity ?? spec.blueGreen?.antiAffinity
    var template = set.spec["template"] ?? .object([:])
    guard rule != nil || template.hasAntiAffinity else { return set }
    template.removeAntiAffinity()
    if let rule { template.addAntiAffinity(rule, against: status.stableHash, namespace: rollout.namespace) }
    guard template != set.spec["template"] else { return set }
    var edited = set
    edited.set(template, at: "spec", "template")
    return edited
  }
}

extension JSONValue {
  private static let path = ["spec", "affinity", "podAntiAffinity"]
  private static let required = "requiredDuringSchedulingIgnoredDuringExecution"
  private static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"

  /// Adds the rule to a pod template, behind the rules that it has.
  fileprivate mutating func addAntiAffinity(_ rule: JSONValue, against hash: String, namespace: String) {
    let term: JSONValue = [
      "labelSelector": [
        "matchExpressions": [
          ["key": .string(RolloutNames.podTemplateHash), "operator": "In", "values": [.string(hash)]]
        ]
      ],
      "namespaces": [.string(namespace)], "topologyKey": "kubernetes.io/hostname",
    ]
    if rule[Self.required] != nil {
      appendTerm(term, Self.required)
    } else if let preferred = rule[Self.preferred] {
      appendTerm(["podAffinityTerm": term, "weight": preferred["weight"] ?? 1], Self.preferred)
    }
  }

  private mutating func appendTerm(_ term: JSONValue, _ list: String) {
    let path = Self.path + [list]
    set(.array((at(path)?.array ?? []) + [term]), at: path[...])
  }

  /// Takes the rule out of one list; false when it is not there.
  private mutating func removeTerm(_ list: String) -> Bool {
    let path = Self.path + [list]
    guard let terms = at(path)?.array else { return false }
    let kept = terms.filter { term in
      let affinity = term["podAffinityTerm"] ?? term
      let expressions = affinity.at("labelSelector", "matchExpressions")?.array ?? []
      return !expressions.contains { $0["key"]?.string == RolloutNames.podTemplateHash }
    }
    guard kept.count < terms.count else { return false }
    set(kept.isEmpty ? nil : .array(kept), at: path[...])
    return true
  }

  /// Whether a pod template has any rule of the kind, its own or one that was put into it.
  fileprivate var hasAntiAffinity: Bool { at("spec", "affinity", "podAntiAffinity") != nil }

  /// Takes the rule out of a pod template, and what is then left empty.
  mutating func removeAntiAffinity() {
    guard hasAntiAffinity else { return }
    let removed = [Self.required, Self.preferred].map { removeTerm($0) }
    guard removed.contains(true) else { return }
    if at(Self.path) == .object([:]) { set(nil, at: Self.path[...]) }
    if at("spec", "affinity") == .object([:]) { set(nil, at: "spec", "affinity") }
  }
}
