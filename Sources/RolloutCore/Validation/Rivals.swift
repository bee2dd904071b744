import KubeModel
package import Primitives
package import TrafficPlans

/// Of other Rollouts those that split the requests of the same Services by the same objects of the data plane, by
/// object; for a rollout without Services the objects alone count.
package func rivals(of rollout: JSONValue, _ spec: RolloutSpec, among others: [JSONValue])
  -> [RouteAddress: [JSONValue]]
{
  guard spec.canary?.routing.addresses.isEmpty == false else { return [:] }
  var rivals: [RouteAddress: [JSONValue]] = [:]
  for other in others where other.uid != rollout.uid {
    for address in sharedRoutes(of: rollout, spec, with: other) { rivals[address, default: []].append(other) }
  }
  return rivals
}

/// The objects by which two Rollouts split the requests of the same Services.
package func sharedRoutes(of rollout: JSONValue, _ spec: RolloutSpec, with other: JSONValue)
  -> [RouteAddress]
{
  let theirs = RolloutSpec(other)
  let sharesServices =
    other.namespace == rollout.namespace && !Set(theirs.services).isDisjoint(with: spec.services)
  guard sharesServices || spec.services.isEmpty && theirs.services.isEmpty else { return [] }
  let shared = theirs.canary?.routing.addresses ?? []
  return (spec.canary?.routing.addresses ?? []).filter(shared.contains)
}
