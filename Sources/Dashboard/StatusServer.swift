import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle

/// Answers whoever watches over the controller: `GET /metrics` in Prometheus' text format, `/healthz` with 200 for as
/// long as the process serves, and `/readyz` with 200 once it is ready, 503 before.
///
/// A standby answers too: its caches are warm, and it tells what it sees.
package struct StatusServer: Service {
  private let address: ListenAddress
  private let metrics: @Sendable () -> String
  private let isReady: @Sendable () -> Bool
  private let onListening: @Sendable (Int) -> Void
  private let logger: Logger

  /// A server that is not listening yet; `onListening` is called once with the port that it listens on.
  package init(
    address: ListenAddress,
    metrics: @escaping @Sendable () -> String,
    isReady: @escaping @Sendable () -> Bool,
    onListening: @escaping @Sendable (Int) -> Void = { _ in },
    logger: Logger
  ) {
    self.address = address
    self.metrics = metrics
    self.isReady = isReady
    self.onListening = onListening
    self.logger = logger
  }

  /// Serves until graceful shutdown; throws when the address cannot be had.
  package func run() async throws {
    let onListening = onListening
    var quiet = logger
    quiet.logLevel = max(.notice, quiet.logLevel)
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in
        guard request.method == .get || request.method == .head else {
          return Self.text("only GET is answered\n", status: .methodNotAllowed)
        }
        return self.answer(request.uri.path)
      },
      configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
      onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
      logger: quiet
    )
    do {
      try await application.run()
    } catch let error as IOError {
      throw ListenFailure(description: "listening on \(address): \(error)")
    }
  }

  private func answer(_ path: String) -> Response {
    switch path {
    case "/metrics": Self.text(metrics(), type: "text/plain; version=0.0.4; charset=utf-8")
    case "/healthz": Self.text("ok\n")
    case "/readyz":
      isReady()
        ? Self.text("ok\n") : Self.text("the caches are not full yet\n", status: .serviceUnavailable)
    default: Self.text("no such page: /metrics, /healthz and /readyz are there\n", status: .notFound)
    }
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

/// Why an address cannot be listened on.
package struct ListenFailure: Error, CustomStringConvertible {
  package let description: String
}
