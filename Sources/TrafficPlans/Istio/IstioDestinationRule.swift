package import KubeModel
package import Primitives

/// One DestinationRule of Istio whose subsets select the pods of both parts (reference, section 6.2).
///
/// Only the label of the revision in those two subsets is written, and an annotation that says for whom. Both stay when
/// no release is in flight: without them a subset would select the pods of the next canary.
package struct IstioDestinationRule: ObjectRouter {
  package let address: RouteAddress
  private let canary: String
  private let stable: String

  /// Reads `destinationRule`, which is always in the namespace of the rollout.
  package init(_ reference: JSONValue, rollout: ObjectKey) {
    let name = reference["name"]?.string ?? ""
    address = RouteAddress(.destinationRules, ObjectKey(namespace: rollout.namespace, name: name))
    canary = reference["canarySubsetName"]?.string ?? ""
    stable = reference["stableSubsetName"]?.string ?? ""
  }

  package var selectsRevisions: Bool { true }

  private static let hash = "rollouts-pod-template-hash"
  private static let managedBy = "argo-rollouts.argoproj.io/managed-by-rollouts"

  package func wanted(_ weights: TrafficWeights, _ object: JSONValue) throws(RouteProblem) -> JSONValue {
    let rollout = weights.owner["name"]?.string ?? ""
    if let other = object.annotation(Self.managedBy), !rollout.isEmpty, other != rollout {
      throw RouteProblem("\(address) is managed by another Rollout, \"\(other)\"")
    }
    var object = object
    var subsets = object.spec["subsets"]?.array ?? []
    for (name, hash) in [(canary, weights.canaryHash), (stable, weights.stableHash)] {
      let indices = subsets.indices.filter { subsets[$0]["name"]?.string == name }
      guard let index = indices.first else { throw RouteProblem("\(address) has no subset \"\(name)\"") }
      if indices.count > 1 { throw RouteProblem("\(address) has the subset \"\(name)\" twice") }
      guard !hash.isEmpty, subsets[index].at("labels", Self.hash)?.string != hash else { continue }
      subsets[index].set(.string(hash), at: "labels", Self.hash)
      if !rollout.isEmpty { object.set(.string(rollout), at: "metadata", "annotations", Self.managedBy) }
    }
    object.set(.array(subsets), at: "spec", "subsets")
    return object
  }

  /// It selects pods and gives no weights.
  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    problem(weights, live) == nil ? 0 : nil
  }

  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof {
    IstioParts.proof(of: live[address])
  }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool { false }

  package func selectedHash(_ role: TrafficRole, _ live: LiveRoutes) -> String? {
    let name = role == .canary ? canary : stable
    return live[address]?.spec["subsets"]?.array?.first { $0["name"]?.string == name }?
      .at("labels", Self.hash)?.string
  }

  package func refusal(of route: ManagedRoute) -> String? { nil }

  package func canStick(_ stickiness: Stickiness) -> Bool { true }
}
