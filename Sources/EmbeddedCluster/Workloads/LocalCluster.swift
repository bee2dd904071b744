/// A whole cluster on this machine: the API, the controllers, the pods and the entry point.
package struct LocalCluster: Sendable {
  /// Runs everything; the other members work only while it runs.
  package let cluster: EmbeddedCluster
  package let workloads: Workloads
  package let gateway: Gateway

  /// - Parameters:
  ///   - options: where the API listens; its `pods` are ignored in favour of the next parameter.
  ///   - pods: how pods run.
  ///   - gateway: how the entry point listens and chooses.
  /// - Throws: `APIError` when the store refuses its first objects.
  package init(
    options: EmbeddedClusterOptions = EmbeddedClusterOptions(),
    pods: PodMode,
    gateway: GatewayOptions = GatewayOptions()
  ) throws(APIError) {
    let store = ClusterStore()
    let workloads = Workloads(store: store, pods: pods, logger: options.logger)
    let entry = Gateway(store: store, options: gateway, logger: options.logger)
    self.workloads = workloads
    self.gateway = entry
    cluster = try EmbeddedCluster(
      options: options,
      store: store,
      logs: workloads.logSource,
      services: { _ in [workloads, entry] }
    )
  }
}
