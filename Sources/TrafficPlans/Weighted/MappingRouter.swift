package import KubeModel
import Primitives

/// One Mapping of Ambassador or Emissary that people wrote, and the canary Mapping beside it, which takes its share of
/// the same requests and is owned by the Rollout (reference, section 6.6).
///
/// The controller reports nothing that tells one generation from another. A canary Mapping that is not needed is
/// emptied first and deleted by the next plan, so that it is never gone while it has a share.
package struct MappingRouter: EditingRouter {
  private let base: RouteAddress
  private let canary: RouteAddress

  /// One of `trafficRouting.ambassador.mappings`.
  package init(mapping name: String, namespace: String, type: ResourceType = .mappings) {
    base = RouteAddress(type, ObjectKey(namespace: namespace, name: name))
    canary = RouteAddress(type, ObjectKey(namespace: namespace, name: "\(name)-canary"))
  }

  package var required: [RouteAddress] { [base] }

  package var derived: [RouteAddress] { [canary] }

  func changes(_ weights: TrafficWeights, _ live: LiveRoutes) throws(RouteProblem) -> [RouteChange] {
    let mapping = try object(base, live)
    guard mapping.spec["weight"] == nil else {
      throw RouteProblem("\(base) has a weight of its own, so that none is left for the canary")
    }
    guard let wanted = wanted(from: mapping, weights) else {
      throw RouteProblem("\(base) does not lead to service \"\(weights.stableService)\"")
    }
    guard let present = live[canary] else { return weights.canary > 0 ? [.create(canary, wanted)] : [] }
    guard isOurs(present, wanted, weights) else { throw .foreign(canary) }
    if weights.canary == 0, Self.weight(present) == 0 {
      return [.delete(canary, resourceVersion: present.resourceVersion)]
    }
    var edited = present
    edited["spec"] = wanted.spec
    edited.set(wanted.at("metadata", "labels"), at: "metadata", "labels")
    edited.set(wanted.at("metadata", "ownerReferences"), at: "metadata", "ownerReferences")
    return [RouteChange.patch(canary, from: present, to: edited)].compactMap(\.self)
  }

  /// Argo Rollouts makes one without an owner, which is taken over when it is as ours would be.
  private func isOurs(_ present: JSONValue, _ wanted: JSONValue, _ weights: TrafficWeights) -> Bool {
    if present.isControlled(by: weights.owner) { return true }
    guard present.ownerReferences.isEmpty else { return false }
    var (one, other) = (present.spec, wanted.spec)
    (one["weight"], other["weight"]) = (nil, nil)
    return one == other
  }

  /// The canary Mapping for the weights; nil when the base does not lead to the stable service.
  private func wanted(from mapping: JSONValue, _ weights: TrafficWeights) -> JSONValue? {
    guard let target = MappingTarget(mapping), target.service == weights.stableService else { return nil }
    var wanted: JSONValue = [
      "apiVersion": .string(canary.type.apiVersion), "kind": .string(canary.type.kind),
      "metadata": [
        "name": .string(canary.key.name), "namespace": .string(canary.key.namespace),
        "ownerReferences": [weights.owner],
      ],
      "spec": mapping.spec,
    ]
    // Hosts choose their Mappings by labels, and only those with the same labels share requests.
    wanted.set(mapping.at("metadata", "labels"), at: "metadata", "labels")
    wanted.set(.string(target.text(for: weights.canaryService)), at: "spec", "service")
    // A weight is a percentage there, whatever the total is.
    let percent = Share.part(weights.canary, of: weights.total, total: 100)
    wanted.set(JSONValue(percent), at: "spec", "weight")
    return wanted
  }

  private static func weight(_ mapping: JSONValue) -> Int {
    min(100, Share.weight(mapping.spec["weight"], absent: 0))
  }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(weights, live).map { Share.part($0, of: 100, total: weights.total) }
  }

  package func stableWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    share(weights, live).map { Share.part(100 - $0, of: 100, total: weights.total) }
  }

  private func share(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let mapping = live[base], MappingTarget(mapping)?.service == weights.stableService else {
      return nil
    }
    return live[canary].map(Self.weight) ?? 0
  }

  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof { .silent("Emissary") }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool {
    if let mapping = live[base], MappingTarget(mapping)?.service == service { return true }
    guard let present = live[canary], Self.weight(present) > 0 else { return false }
    return MappingTarget(present)?.service == service
  }
}
