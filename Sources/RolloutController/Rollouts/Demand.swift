/// Something that is wanted once and for all from some moment on.
struct Demand: Sendable {
  private let signal: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation

  init() { (signal, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func raise() { continuation.yield() }

  /// Waits for the first demand; one waiter only.
  func wait() async throws {
    for await _ in signal { return }
    throw CancellationError()
  }
}
