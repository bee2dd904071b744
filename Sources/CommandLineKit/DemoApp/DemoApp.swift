import Hummingbird
import Logging
import NIOCore

/// The small web shop of `serin demo`, one process for each pod.
///
/// `GET /` answers `shop VERSION` with 200, or 500 for every so many; `/healthz` answers 200; `/metrics` has
/// `http_requests_total{code,version}` for Prometheus. On SIGTERM or SIGINT it takes no new connections, ends the
/// requests that it has begun, and returns.
package struct DemoApp: Sendable {
  private let host: String
  private let port: Int
  private let version: String
  private let errorRate: Double

  /// - Parameters:
  ///   - host: the address to listen on.
  ///   - port: the port to listen on; 0 takes a free one.
  ///   - version: what the pages and metrics name.
  ///   - errorRate: the share of answers of `/` that are errors, 0 to 1.
  package init(host: String, port: Int, version: String, errorRate: Double) {
    self.host = host
    self.port = port
    self.version = version
    self.errorRate = min(1, max(0, errorRate.isNaN ? 0 : errorRate))
  }

  /// Reads HOST (else POD_IP, else 127.0.0.1), PORT (8080), VERSION (else IMAGE_TAG, else v1) and ERROR_RATE (0).
  package init(environment: [String: String]) {
    self.init(
      host: environment["HOST"] ?? environment["POD_IP"] ?? "127.0.0.1",
      port: environment["PORT"].flatMap { Int($0) } ?? 8080,
      version: environment["VERSION"] ?? environment["IMAGE_TAG"] ?? "v1",
      errorRate: environment["ERROR_RATE"].flatMap { Double($0) } ?? 0
    )
  }

  /// Serves until SIGTERM or SIGINT.
  ///
  /// - Throws: when the address cannot be bound.
  package func run() async throws {
    // One thread is plenty, and every thread costs memory; this must come before the first use of NIO.
    NIOSingletons.groupLoopCountSuggestion = 1
    let version = version
    let state = DemoAppState(version: version, errorRate: errorRate)
    let responder = CallbackResponder<BasicRequestContext> { request, _ in
      switch request.uri.path {
      case "/healthz": Self.text("ok\n")
      case "/metrics": Self.text(state.metrics, type: "text/plain; version=0.0.4")
      case "/":
        switch state.answer() {
        case 200: Self.text("shop \(version)\n")
        default: Self.text("shop \(version) has failed\n", status: .internalServerError)
        }
      default: Self.text("no such page\n", status: .notFound)
      }
    }
    var logger = Logger(label: "serin.demo-app")
    logger.logLevel = .warning
    let application = Application(
      responder: responder,
      configuration: ApplicationConfiguration(address: .hostname(host, port: port)),
      logger: logger
    )
    try await application.runService()
  }

  private static func text(
    _ body: String,
    type: String = "text/plain; charset=utf-8",
    status: HTTPResponse.Status = .ok
  ) -> Response {
    Response(
      status: status,
      headers: [.contentType: type],
      body: ResponseBody(byteBuffer: ByteBuffer(string: body))
    )
  }
}
