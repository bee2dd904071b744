import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

extension ClusterSim {
  /// Where the requests of users go, in percent by revision hash: by the weights that the data plane follows, the
  /// Services behind them and their ready pods; without a router by ready pods alone. What no ready pod answers is
  /// under the empty hash, what pods of the referenced workload answer under ``workloadShare``.
  package var requestShares: [String: Double] {
    let spec = RolloutSpec(rollout)
    if let blueGreen = spec.blueGreen { return shares(behind: services[blueGreen.activeService], of: 100) }
    guard let canary = spec.canary, let address = canary.routing.addresses.first,
      let route = dataPlane[address]
    else {
      return shares(selector: LabelSelector(rollout.spec["selector"] ?? .null), of: 100)
    }
    guard address.type.group == ResourceType.httpRoutes.group else { return partShares(canary) }
    let backends = weightedBackends(of: route, canary)
    let total = Double(backends.reduce(0) { $0 + ($1["weight"]?.int ?? 1) })
    guard total > 0 else { return ["": 100] }
    return backends.reduce(into: [:]) { sum, backend in
      let weight = Double(backend["weight"]?.int ?? 1) * 100 / total
      let service = services[backend["name"]?.string ?? ""]
      sum.merge(shares(behind: service, of: weight), uniquingKeysWith: +)
    }
  }

  /// The same by what routers of other kinds make of their objects: the canary's weight, and the rest for stable.
  private func partShares(_ canary: CanaryStrategy) -> [String: Double] {
    let (services, all) = (roles(of: canary), canary.maxTrafficWeight)
    let place = TrafficWeights(
      canaryService: services.canary ?? "",
      stableService: services.stable ?? "",
      canary: 0,
      total: all
    )
    let weight =
      canary.routing.routers.first { !$0.selectsRevisions }?.canaryWeight(place, dataPlane) ?? 0
    let selecting = canary.routing.routers.first(where: \.selectsRevisions)
    func part(_ role: TrafficRole, _ service: String?, _ weight: Int) -> [String: Double] {
      let share = Double(weight) * 100 / Double(all)
      guard service == nil else { return shares(behind: self.services[service ?? ""], of: share) }
      var selector = rollout.spec["selector"]?["matchLabels"]?.strings ?? [:]
      selector[RolloutNames.podTemplateHash] = selecting?.selectedHash(role, dataPlane)
      return shares(selector: LabelSelector(matchLabels: selector), of: share)
    }
    return part(.canary, services.canary, weight)
      .merging(part(.stable, services.stable, all - weight), uniquingKeysWith: +)
  }

  /// The Services by their present part; of the status no more is read than that needs.
  func roles(of canary: CanaryStrategy) -> (canary: String?, stable: String?) {
    canary.roles(stablePingPong: rollout.status.at("canary", "stablePingPong")?.string ?? "")
  }

  /// The backends among which a route splits the requests that no header or mirror route takes.
  func weightedBackends(of route: JSONValue, _ canary: CanaryStrategy) -> [JSONValue] {
    let stable = roles(of: canary).stable
    let rules = (route.spec["rules"]?.array ?? []).filter { rule in
      !canary.managedRoutes.contains { rule["name"]?.string?.hasPrefix($0) ?? false }
    }
    return rules.map { $0["backendRefs"]?.array ?? [] }
      .first { $0.contains { $0["name"]?.string == stable } } ?? []
  }

  /// The key of the referenced workload among ``requestShares``.
  package static let workloadShare = "workload"

  private func shares(behind service: JSONValue?, of weight: Double) -> [String: Double] {
    guard let selector = service?.spec["selector"]?.strings else { return ["": weight] }
    return shares(selector: LabelSelector(matchLabels: selector), of: weight)
  }

  /// Splits a share evenly over the ready pods that a selector reaches.
  private func shares(selector: LabelSelector?, of weight: Double) -> [String: Double] {
    guard weight > 0 else { return [:] }
    let reached = replicaSets.values.filter { set in
      selector?.matches(set.spec.at("template", "metadata", "labels")?.strings ?? [:]) ?? false
    }
    var ready = reached.map { (hash: ReplicaSetView($0).hash, count: ReplicaSetView(withStatus($0)).ready) }
    if let workload,
      selector?.matches(workload.spec.at("template", "metadata", "labels")?.strings ?? [:]) ?? false
    {
      ready.append((hash: Self.workloadShare, count: workload.spec["replicas"]?.int ?? 0))
    }
    let total = Double(ready.reduce(0) { $0 + $1.count })
    guard total > 0 else { return ["": weight] }
    return ready.filter { $0.count > 0 }
      .reduce(into: [:]) { $0[$1.hash, default: 0] += weight * Double($1.count) / total }
  }
}
