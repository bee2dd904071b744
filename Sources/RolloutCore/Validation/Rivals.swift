import KubeModel
package import Primitives
package import TrafficPlans

/// Of other Rollouts those that split the requests of the same Services by the same objects of the data plane, by
/// object; for a rollout without Services the objects alone count.
package func rivals(of rollout: JSONValue, _ spec: RolloutSpec, among others: [JSONValue])
  -> [RouteAddress: [JSONValue]]
{
  let addresses = spec.canary?.routing.addresses ?? []
  guard !addresses.isEmpty else { return [:] }
  var rivals: [RouteAddress: [JSONValue]] = [:]
  for other in others where other.uid != rollout.uid {
    let theirs = RolloutSpec(other)
    let sharesServices =
      other.namespace == rollout.namespace && !Set(theirs.services).isDisjoint(with: spec.services)
    guard sharesServices || spec.services.isEmpty && theirs.services.isEmpty else { continue }
    let shared = theirs.canary?.routing.addresses ?? []
    for address in addresses where shared.contains(address) { rivals[address, default: []].append(other) }
  }
  return rivals
}
