import Hummingbird
import Logging
import NIOCore
import Primitives
import ServiceLifecycle

/// Carries the API over HTTP/1.1.
struct HTTPFrontend: Service {
  let server: APIServer
  let host: String
  let port: Int
  let logger: Logger
  /// Called once with the port that the system gave.
  let onListening: @Sendable (Int) -> Void

  /// The largest body that a request may have, as on a real server.
  static let bodyLimit = 3 * 1024 * 1024

  func run() async throws {
    let server = server
    let onListening = onListening
    var quiet = logger
    quiet.logLevel = max(.notice, quiet.logLevel)
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in
        await Self.respond(to: request, server)
      },
      configuration: ApplicationConfiguration(address: .hostname(host, port: port), backlog: 1024),
      onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
      logger: quiet
    )
    // Watches would keep the server from stopping: their clients never hang up.
    try await withGracefulShutdownHandler {
      try await application.run()
    } onGracefulShutdown: {
      server.store.endWatches()
    }
  }

  private typealias Header = HTTPFields.Element

  private static func respond(to request: Request, _ server: APIServer) async -> Response {
    var body: [UInt8] = []
    // Reading what a GET does not have would take the connection's end from the watch that follows.
    if request.method != .get {
      do {
        body = Array(buffer: try await request.body.collect(upTo: bodyLimit))
      } catch {
        return response(to: .error(tooLarge), request)
      }
    }
    let apiRequest = APIRequest(
      method: request.method.rawValue,
      target: request.head.path ?? "/",
      header: { name in
        if name == "Host" { return request.head.authority }
        return Header.Name(name).flatMap { request.headers[$0] }
      },
      body: body
    )
    return response(to: await server.respond(to: apiRequest), request)
  }

  private static let tooLarge = APIError(
    code: 413,
    reason: "RequestEntityTooLarge",
    message: "Request entity too large: limit is \(bodyLimit)"
  )

  private static func response(to answer: APIResponse, _ request: Request) -> Response {
    var headers = HTTPFields()
    for (name, value) in answer.headers {
      guard let name = Header.Name(name) else { continue }
      headers.append(Header(name: name, value: value))
    }
    let body: ResponseBody
    switch answer.body {
    case .bytes(let bytes): body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    case .watch(let plan): body = watchBody(plan, request.body)
    case .stream(let stream):
      body = ResponseBody { writer in
        for try await chunk in stream { try await writer.write(ByteBuffer(bytes: chunk)) }
        try await writer.finish(nil)
      }
    }
    return Response(status: .init(code: answer.status), headers: headers, body: body)
  }

  /// The watch ends with its connection, even if nothing happens that could be written.
  private static func watchBody(_ plan: WatchPlan, _ requestBody: Hummingbird.RequestBody) -> ResponseBody {
    ResponseBody { writer in
      // The headers go out with the first write, and a client waits for them.
      try await writer.write(ByteBuffer())
      var session = plan.open()
      let (stop, keepTime) = (session.stop, session.keepTime)
      defer { stop() }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await keepTime() }
        group.addTask { try await call(stop, whenClosed: requestBody) }
        defer { group.cancelAll() }
        while let line = await session.next() { try await writer.write(ByteBuffer(bytes: line)) }
      }
      try await writer.finish(nil)
    }
  }

  private static func call(
    _ stop: @escaping @Sendable () -> Void,
    whenClosed requestBody: Hummingbird.RequestBody
  ) async throws {
    try await requestBody.consumeWithInboundCloseHandler { _ in
      do {
        try await Task.sleep(for: .seconds(86_400))
      } catch {
        // The watch is over.
      }
    } onInboundClosed: {
      stop()
    }
  }
}
