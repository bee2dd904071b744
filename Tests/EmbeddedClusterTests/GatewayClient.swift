import NIOCore
import NIOHTTP1
import NIOPosix

@testable import EmbeddedCluster

/// An answer as the tests look at it.
struct GatewayAnswer: Sendable, Hashable {
  let status: Int
  let body: String
}

/// One kept-alive client connection; asks one request after the other.
final class GatewayClient: Sendable {
  private let channel: any Channel

  private init(channel: any Channel) { self.channel = channel }

  /// Connects, hands the connection to the body and closes it.
  static func connect<Result: Sendable>(
    host: String = "127.0.0.1",
    port: Int,
    _ body: @Sendable (GatewayClient) async throws -> Result
  ) async throws -> Result {
    let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(AnswerCollector())
        }
      }
      .connect(host: host, port: port).get()
    defer { channel.close(promise: nil) }
    return try await body(GatewayClient(channel: channel))
  }

  /// One request on a connection of its own.
  static func get(_ path: String, host: String = "shop.test", port: Int) async throws -> GatewayAnswer {
    try await connect(port: port) { try await $0.get(path, host: host) }
  }

  func get(_ path: String, host: String = "shop.test") async throws -> GatewayAnswer {
    try await send(.GET, path, host: host, body: nil)
  }

  func post(_ path: String, host: String, body: String) async throws -> GatewayAnswer {
    try await send(.POST, path, host: host, body: body)
  }

  private func send(_ method: HTTPMethod, _ path: String, host: String, body: String?) async throws
    -> GatewayAnswer
  {
    let answer = channel.eventLoop.makePromise(of: GatewayAnswer.self)
    let timer = channel.eventLoop.scheduleTask(in: .seconds(20)) { answer.fail(ChannelError.eof) }
    defer { timer.cancel() }
    let channel = channel
    try await channel.eventLoop.submit {
      try channel.pipeline.syncOperations.handler(type: AnswerCollector.self).expect(answer)
    }.get()
    var headers = HTTPHeaders([("host", host)])
    if let body { headers.add(name: "content-length", value: String(body.utf8.count)) }
    let head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: headers)
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    if let body {
      channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(string: body))), promise: nil)
    }
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    return try await answer.futureResult.get()
  }
}

private final class AnswerCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private var promise: EventLoopPromise<GatewayAnswer>?
  private var status = 0
  private var body = ""
  private var isClosed = false

  func expect(_ promise: EventLoopPromise<GatewayAnswer>) {
    self.promise = promise
    if isClosed { finish(.failure(ChannelError.alreadyClosed)) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      status = Int(head.status.code)
      body = ""
    case .body(let bytes): body += String(buffer: bytes)
    case .end: finish(.success(GatewayAnswer(status: status, body: body)))
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    isClosed = true
    finish(.failure(ChannelError.eof))
  }

  private func finish(_ result: Result<GatewayAnswer, any Error>) {
    promise?.completeWith(result)
    promise = nil
  }
}
