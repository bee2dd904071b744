import KubeModel
package import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives
import ServiceLifecycle

/// The entry point of the embedded cluster: an HTTP/1.1 proxy on one loopback port that honours the HTTPRoutes in the
/// store, their weights included, and counts what it sees.
///
/// A request goes to the most specific rule for its host and path, to one of its Services by weight, and to the ready
/// addresses of that Service in turn. `/__gateway/stats?service=NAME&namespace=NS&window=5s` answers with
/// `{"requests":n,"errors":n,"successRate":x}`, `/__gateway/metrics` with Prometheus text.
package final class Gateway: Service {
  private let store: ClusterStore
  private let options: GatewayOptions
  private let logger: Logger
  private let state: GatewayState
  private let bound = Gate()
  private let boundPort = Locked<Int?>(nil)

  package init(store: ClusterStore, options: GatewayOptions = GatewayOptions(), logger: Logger) {
    self.store = store
    self.options = options
    self.logger = logger
    state = GatewayState(seed: options.seed)
  }

  /// The port on which the gateway listens, once it does; nil when it could not bind or the task is cancelled.
  package func ready() async -> Int? {
    await bound.wait()
    return boundPort.withLock { $0 }
  }

  /// Requests and errors that a Service answered within the last `window` (at most five minutes).
  package func counts(
    namespace: String,
    service: String,
    window: Duration
  ) -> (requests: Int, errors: Int) {
    let counts = state.counts(service: ObjectKey(namespace: namespace, name: service), window: window)
    return (counts.requests, counts.errors)
  }

  /// Serves until cancelled or shut down.
  ///
  /// - Throws: when the port cannot be bound.
  package func run() async throws {
    // Nobody may wait for a port that never comes.
    defer { bound.open() }
    rebuild()
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    let pool = try await eventLoop.submit {
      NIOLoopBound(BackendPool(eventLoop: eventLoop), eventLoop: eventLoop)
    }.get()
    let server = try await listen(on: eventLoop, pool: pool)
    boundPort.withLock { $0 = server.localAddress?.port }
    bound.open()
    await cancelWhenGracefulShutdown { await self.followStore() }
    try await server.close().get()
  }

  private func listen(on eventLoop: any EventLoop, pool: NIOLoopBound<BackendPool>) async throws
    -> any Channel
  {
    let (state, options) = (state, options)
    return try await ServerBootstrap(group: eventLoop)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
          try channel.pipeline.syncOperations.addHandler(
            GatewayHandler(gateway: state, options: options, pool: pool.value)
          )
        }
      }
      .bind(host: options.host, port: options.port).get()
  }

  /// Follows routes, services and endpoints until cancelled. What changes while the table is made is one change, since
  /// a table is made of all routes.
  private func followStore() async {
    let (changes, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.watchStore { signal.yield() } }
      for await _ in changes { rebuild() }
      group.cancelAll()
    }
  }

  private func watchStore(_ changed: () -> Void) async {
    let kinds: [ResourceType] = [
      .httpRoutes, .services, .endpointSlices, ForeignGateways.gateways, ForeignGateways.classes,
    ]
    while !Task.isCancelled {
      do {
        let events = try store.watch(kinds)
        changed()
        for await _ in events { changed() }
      } catch {
        logger.warning("the gateway cannot watch its routes", metadata: ["error": "\(error)"])
      }
    }
  }

  private func rebuild() {
    let routes = store.list(.httpRoutes).items.filter { !$0.isBeingDeleted }
    let table = RoutingTable(
      routes: routes,
      services: store.list(.services).items,
      slices: store.list(.endpointSlices).items
    )
    state.setTable(table)
    let foreign = ForeignGateways(
      gateways: store.list(ForeignGateways.gateways).items,
      classes: store.list(ForeignGateways.classes).items
    )
    let rules = Dictionary(grouping: table.rules, by: \.route)
    for route in routes { report(route, rules[ObjectKey(route)]?.flatMap(\.backends) ?? [], foreign) }
  }

  private func report(_ route: JSONValue, _ backends: [RoutingTable.Backend], _ foreign: ForeignGateways) {
    guard route.spec["parentRefs"]?.array?.isEmpty == false else { return }
    let status = RouteStatus.make(
      route: route,
      backends: backends,
      foreign: foreign,
      now: store.sources.now()
    )
    guard status != route.status else { return }
    do throws(APIError) {
      try store.update(
        .httpRoutes,
        namespace: route.namespace,
        name: route.name,
        subresource: "status"
      ) { current in
        guard current.generation == route.generation else { return }
        current["status"] = status
      }
    } catch {
      logger.debug("route status not written", metadata: ["route": "\(route.name)", "error": "\(error)"])
    }
  }
}
