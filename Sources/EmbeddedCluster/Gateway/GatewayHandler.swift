import KubeModel
import NIOCore
import NIOHTTP1
import Primitives

/// One client connection of the gateway: collects requests, has them answered, one after the other.
final class GatewayHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let gateway: GatewayState
  private let options: GatewayOptions
  private let pool: BackendPool
  private var context: ChannelHandlerContext?
  private var head: HTTPRequestHead?
  private var body: ByteBuffer?
  private var isTooLarge = false
  private var exchange: ProxyExchange?
  private var keepsAlive = true

  init(gateway: GatewayState, options: GatewayOptions, pool: BackendPool) {
    self.gateway = gateway
    self.options = options
    self.pool = pool
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = nil
      isTooLarge = false
      keepsAlive = head.isKeepAlive
    case .body(var bytes):
      guard !isTooLarge else { return }
      isTooLarge = (body?.readableBytes ?? 0) + bytes.readableBytes > options.maxBodyBytes
      if body == nil { body = bytes } else { body?.writeBuffer(&bytes) }
    case .end:
      guard let head else { return }
      self.head = nil
      dispatch(head, context)
      body = nil
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    exchange?.abandon()
    exchange = nil
    context.fireChannelInactive()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    exchange?.setReading(context.channel.isWritable)
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

  private func dispatch(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    guard !isTooLarge else {
      return refuse(status: 413, reason: "the body is larger than \(options.maxBodyBytes) bytes")
    }
    if let answer = GatewayAdmin.answer(head.uri, state: gateway) {
      return respond(status: answer.status, contentType: answer.contentType, body: answer.body)
    }
    let request = RouteRequest(head)
    switch gateway.choose(request) {
    case .refused(let status, let reason, let service):
      if let service { gateway.record(service: service, status: status, latency: .zero) }
      refuse(status: status, reason: reason)
    case .endpoint(let endpoint, let service, let timeout):
      let exchange = ProxyExchange(
        request: request,
        head: forwarded(head, context),
        body: body,
        endpoint: endpoint,
        service: service,
        gateway: gateway,
        pool: pool,
        client: self
      )
      self.exchange = exchange
      exchange.begin(timeout: timeout ?? options.timeout, on: context.eventLoop)
    }
  }

  private func forwarded(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) -> HTTPRequestHead {
    var head = head
    head.version = .http1_1
    Self.removeHopByHop(&head.headers)
    if let body {
      head.headers.replaceOrAdd(name: "content-length", value: String(body.readableBytes))
    } else {
      head.headers.remove(name: "content-length")
    }
    if let address = context.remoteAddress?.ipAddress {
      let earlier = head.headers["x-forwarded-for"].joined(separator: ", ")
      let all = earlier.isEmpty ? address : "\(earlier), \(address)"
      head.headers.replaceOrAdd(name: "x-forwarded-for", value: all)
    }
    return head
  }

  /// Takes away what concerns one connection only (RFC 9110, 7.6.1).
  private static func removeHopByHop(_ headers: inout HTTPHeaders) {
    for name in headers[canonicalForm: "connection"] { headers.remove(name: String(name)) }
    for name in [
      "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
    ] {
      headers.remove(name: name)
    }
  }

  private func respond(status: Int, contentType: String, body: String) {
    let headers = HTTPHeaders([("content-type", contentType), ("content-length", String(body.utf8.count))])
    send(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers))
    send(ByteBuffer(string: body))
    end()
  }
}

extension GatewayHandler: ProxyClient {
  func send(_ head: HTTPResponseHead) {
    guard let context else { return }
    var head = head
    head.version = .http1_1
    Self.removeHopByHop(&head.headers)
    if !keepsAlive { head.headers.replaceOrAdd(name: "connection", value: "close") }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
  }

  func send(_ bytes: ByteBuffer) {
    context?.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: nil)
  }

  func end() {
    exchange = nil
    guard let context else { return }
    let closes = !keepsAlive
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
      if closes { context.close(promise: nil) }
    }
  }

  func refuse(status: Int, reason: String) {
    respond(status: status, contentType: "text/plain; charset=utf-8", body: "serin gateway: \(reason)\n")
  }

  func breakOff() {
    exchange = nil
    context?.close(promise: nil)
  }
}

extension RouteRequest {
  fileprivate init(_ head: HTTPRequestHead) {
    let host = (head.headers.first(name: "host") ?? "").lowercased()
    let names = head.headers.map { ($0.name.lowercased(), $0.value) }
    self.init(
      host: String(host.split(separator: ":", maxSplits: 1).first ?? ""),
      path: String(head.uri.prefix { $0 != "?" }),
      method: head.method.rawValue,
      headers: Dictionary(names) { "\($0),\($1)" }
    )
  }
}
