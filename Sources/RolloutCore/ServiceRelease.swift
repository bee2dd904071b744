import KubeModel
package import Primitives

/// The Rollout that a Service says it is managed by, as the server answered.
package enum ServiceOwner: Sendable, Hashable {
  case found(JSONValue)
  /// The server knows no Rollout of that name; a failed read is no answer.
  case missing
}

/// The patch that gives a Service back: without the revision in its selector and without the mark of its Rollout, it
/// serves all pods of the application again. Nil as long as its Rollout may need it (reference, section 7.6).
///
/// A Rollout whose spec cannot be followed needs what it had: nothing of it moves until it is put right. A Service
/// that selects by the revision alone is left as it is, since one without a selector keeps no endpoints.
package func serviceRelease(of service: JSONValue, from owner: ServiceOwner) -> JSONValue? {
  guard service.annotation(RolloutNames.managedBy) != nil else { return nil }
  if case .found(let rollout) = owner {
    guard !RolloutSpec(rollout).services.contains(service.name), validate(rollout).isEmpty else { return nil }
  }
  let selector = service.spec["selector"]?.strings ?? [:]
  guard selector.contains(where: { $0.key != RolloutNames.podTemplateHash }) else { return nil }
  return [
    "metadata": [
      "resourceVersion": .string(service.resourceVersion), "annotations": [RolloutNames.managedBy: .null],
    ],
    "spec": ["selector": [RolloutNames.podTemplateHash: .null]],
  ]
}
