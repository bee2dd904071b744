import HTTPTransport
import KubeModel
import KubeRuntime
import RolloutCore
import RouteProviders
import TrafficPlans

/// What routers read and write outside of the cluster.
extension Controller {
  /// Says who is asked for what is outside of the cluster.
  func connectOutside(
    events: EventRecorder,
    http: HTTPClient,
    plugins: PluginHost,
    lease: LeaseState,
    wake: @escaping @Sendable (ObjectKey) -> Void
  ) {
    let stores = stores
    let emit = emit(to: events)
    let secrets = SecretReader(client: client)
    var sources: [OutsidePlace.Kind: any RouteSource] = [
      .recordSet: PowerDNSSource(client: http, secret: secrets.routeSecret),
      .plugin: PluginRoutes(host: plugins, mayWrite: { lease.isLeader }),
    ]
    if let tag = options.loadBalancerTag {
      let signer = AWSFormSigner(http: http, options: options.analysis, now: now)
      let api = LoadBalancerAPI(client: http, sign: { await signer.loadBalancing($0, region: $1) })
      sources[.loadBalancer] = LoadBalancerSource(api: api, tag: tag)
    }
    stores.routes.outside.connect(
      OutsideRoutes.Environment(
        sources: sources,
        wake: wake,
        complain: { key, address, message in
          guard let rollout = stores.rollouts[key] else { return }
          let isWitness = address.outside?.kind == .loadBalancer
          let reason = isWitness ? "WeightVerifyError" : "TrafficRoutingError"
          emit(PlannedEvent(type: "Warning", reason: reason, message: message), rollout)
        },
        now: now
      )
    )
  }
}
