import NIOCore
import NIOHTTP1
import NIOPosix

/// What a request wants to hear from the connection that carries it; all calls come on the event loop.
protocol BackendExchange: AnyObject {
  func receive(_ part: HTTPClientResponsePart)
  /// The connection broke before the answer was complete.
  func connectionLost()
}

/// Kept-alive connections to backends, of one event loop.
final class BackendPool {
  private let eventLoop: any EventLoop
  private var idle: [RoutingTable.Endpoint: [BackendConnection]] = [:]
  private static let connectTimeout = TimeAmount.seconds(2)
  private static let maxIdlePerEndpoint = 16

  init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  /// Hands over a connection that was used before, or a new one.
  func take(
    _ endpoint: RoutingTable.Endpoint,
    then: @escaping (Result<BackendConnection, any Error>) -> Void
  ) {
    while let connection = idle[endpoint]?.popLast() {
      if idle[endpoint]?.isEmpty == true { idle[endpoint] = nil }
      guard connection.channel.isActive else { continue }
      connection.isReused = true
      return then(.success(connection))
    }
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    ClientBootstrap(group: eventLoop).connectTimeout(Self.connectTimeout)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          let connection = BackendConnection(channel: channel, endpoint: endpoint, pool: bound.value)
          try channel.pipeline.syncOperations.addHandler(connection)
        }
      }
      .connect(host: endpoint.host, port: endpoint.port)
      .assumeIsolated().whenComplete { result in
        then(
          result.flatMap { channel in
            Result { try channel.pipeline.syncOperations.handler(type: BackendConnection.self) }
          }
        )
      }
  }

  /// Keeps a connection for the next request.
  func give(_ connection: BackendConnection) {
    guard connection.channel.isActive, (idle[connection.endpoint]?.count ?? 0) < Self.maxIdlePerEndpoint
    else {
      connection.channel.close(promise: nil)
      return
    }
    idle[connection.endpoint, default: []].append(connection)
  }

  func forget(_ connection: BackendConnection) {
    idle[connection.endpoint]?.removeAll { $0 === connection }
    if idle[connection.endpoint]?.isEmpty == true { idle[connection.endpoint] = nil }
  }

  /// Closes what is idle on addresses that serve no more.
  func retain(_ endpoints: Set<RoutingTable.Endpoint>) {
    for (endpoint, connections) in idle where !endpoints.contains(endpoint) {
      for connection in connections { connection.channel.close(promise: nil) }
    }
  }
}

/// One connection to a backend; carries one request at a time.
final class BackendConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  let channel: any Channel
  let endpoint: RoutingTable.Endpoint
  fileprivate(set) var isReused = false
  private let pool: BackendPool
  private var exchange: (any BackendExchange)?
  private var keepsAlive = true

  init(channel: any Channel, endpoint: RoutingTable.Endpoint, pool: BackendPool) {
    self.channel = channel
    self.endpoint = endpoint
    self.pool = pool
  }

  /// Sends a request; its answer goes to the exchange.
  func send(_ head: HTTPRequestHead, body: ByteBuffer?, for exchange: any BackendExchange) {
    self.exchange = exchange
    let channel = channel.pipeline.syncOperations
    channel.write(NIOAny(HTTPClientRequestPart.head(head)), promise: nil)
    if let body { channel.write(NIOAny(HTTPClientRequestPart.body(.byteBuffer(body))), promise: nil) }
    channel.writeAndFlush(NIOAny(HTTPClientRequestPart.end(nil)), promise: nil)
  }

  /// Breaks the connection off; the exchange hears nothing more.
  func cancel() {
    exchange = nil
    channel.close(promise: nil)
  }

  /// Reads on or pauses, as the client keeps up.
  func setReading(_ reads: Bool) {
    channel.setOption(.autoRead, value: reads).whenFailure { _ in
      // The channel has closed meanwhile, which is reported by itself.
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    switch part {
    case .head(let head) where head.status.code >= 200 || head.status.code == 101:
      keepsAlive = head.isKeepAlive
    case .end:
      let finished = exchange
      exchange = nil
      finished?.receive(part)
      if keepsAlive { pool.give(self) } else { context.close(promise: nil) }
      return
    default: break
    }
    exchange?.receive(part)
  }

  func channelInactive(context: ChannelHandlerContext) {
    pool.forget(self)
    let lost = exchange
    exchange = nil
    lost?.connectionLost()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
