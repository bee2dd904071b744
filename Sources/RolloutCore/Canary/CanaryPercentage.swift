import KubeModel
package import Primitives

/// The canary's share of the requests in percent, as the router was told; nil when no router has it.
///
/// Weights are shares of `maxTrafficWeight`, 100 when nothing else is said (reference, section 2.10).
package func canaryPercentage(of rollout: JSONValue) -> Double? {
  guard let weight = rollout.status.at("canary", "weights", "canary", "weight")?.double else { return nil }
  let routing = rollout.spec.at("strategy", "canary", "trafficRouting")
  let total = routing?["maxTrafficWeight"]?.double ?? 100
  return total > 0 ? weight / total * 100 : nil
}
