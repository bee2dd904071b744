import NIOCore
import NIOHTTP1
import NIOPosix
import Primitives

/// Asks a container how it is.
struct ProbeRunner: Sendable {
  /// The pod's address.
  let address: String
  /// The container's environment, for exec probes.
  let environment: [String]

  /// Whether the container answers as the probe demands, within the probe's timeout.
  func isHealthy(_ probe: Probe) async -> Bool {
    do {
      switch probe.action {
      case .http(let port, let path, let host, let headers):
        let status = try await Self.status(
          host: host ?? address,
          port: port,
          path: path,
          headers: headers,
          timeout: probe.timeout
        )
        return (200..<400).contains(status)
      case .tcp(let port, let host):
        try await Self.bootstrap(probe.timeout).connect(host: host ?? address, port: port).get().close().get()
        return true
      case .exec(let arguments): return await execute(arguments, timeout: probe.timeout) == 0
      }
    } catch {
      // Any failure to connect or to answer is the verdict "not healthy".
      return false
    }
  }

  /// Runs a command beside the container; nil when it does not end in time.
  func execute(_ arguments: [String], timeout: Duration) async -> Int? {
    let command = ProcessCommand(arguments: arguments, environment: environment)
    return await withTaskGroup(of: Int?.self) { group in
      group.addTask {
        do {
          return try await LocalProcess.run(command, output: { _ in }, started: { _ in })
        } catch {
          return 127
        }
      }
      group.addTask {
        do {
          try await Task.sleep(for: timeout)
        } catch {
          // The command ended first.
        }
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }

  private static func bootstrap(_ timeout: Duration) -> ClientBootstrap {
    ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup).connectTimeout(TimeAmount(timeout))
  }

  private static func status(
    host: String,
    port: Int,
    path: String,
    headers: [String: String],
    timeout: Duration
  ) async throws -> Int {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let answer = loop.makePromise(of: Int.self)
    let channel: any Channel
    do {
      channel = try await ClientBootstrap(group: loop).connectTimeout(TimeAmount(timeout))
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHTTPClientHandlers()
            try channel.pipeline.syncOperations.addHandler(StatusReader(answer: answer))
          }
        }
        .connect(host: host, port: port).get()
    } catch {
      answer.fail(error)
      throw error
    }
    let timer = loop.scheduleTask(in: TimeAmount(timeout)) {
      answer.fail(ChannelError.connectTimeout(.nanoseconds(0)))
    }
    var fields = HTTPHeaders([
      ("host", "\(host):\(port)"), ("user-agent", "serin-probe"), ("connection", "close"),
    ])
    for (name, value) in headers { fields.replaceOrAdd(name: name, value: value) }
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: fields)
    channel.write(HTTPClientRequestPart.head(head), promise: nil)
    channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    defer {
      timer.cancel()
      channel.close(promise: nil)
    }
    return try await answer.futureResult.get()
  }
}

private final class StatusReader: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart

  private let answer: EventLoopPromise<Int>

  init(answer: EventLoopPromise<Int>) { self.answer = answer }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head(let head) = unwrapInboundIn(data) { answer.succeed(Int(head.status.code)) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    answer.fail(ChannelError.eof)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    answer.fail(error)
    context.close(promise: nil)
  }
}
