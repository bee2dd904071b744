/// The body of a stream: chunks of bytes as they arrive, for one reader.
///
/// At most the client's `streamBufferBytes` (and one piece of up to 16 KiB) wait in memory; when nobody reads, the
/// server is held back by TCP. Ending the iteration early, cancelling the reading task or dropping an unread body ends
/// the transfer and closes its connection.
package struct HTTPBody: AsyncSequence, Sendable {
  package typealias Element = [UInt8]
  package typealias Failure = HTTPError

  private let lease: BodyLease

  init(lease: BodyLease) { self.lease = lease }

  package func makeAsyncIterator() -> Iterator { Iterator(reading: ReadingLease(lease: lease)) }

  /// Ends the transfer; a reader gets a `cancelled` error.
  package func cancel() { lease.cancel() }

  /// Reads the body to its end, or throws `tooLarge` past the limit of bytes.
  package func collect(upTo limit: Int) async throws(HTTPError) -> [UInt8] {
    var bytes: [UInt8] = []
    var iterator = makeAsyncIterator()
    while let chunk = try await iterator.next(isolation: nil) {
      guard bytes.count + chunk.count <= limit else {
        throw lease.failure(.tooLarge, "the answer is longer than \(limit) bytes")
      }
      bytes += chunk
    }
    return bytes
  }

  /// Reads the chunks in order; leaving the scope of the iterator ends the transfer.
  package struct Iterator: AsyncIteratorProtocol {
    fileprivate let reading: ReadingLease

    fileprivate init(reading: ReadingLease) { self.reading = reading }

    /// The bytes that arrived since the last call, waiting for some; nil at the proper end of the body.
    package mutating func next(isolation actor: isolated (any Actor)?) async throws(HTTPError) -> [UInt8]? {
      let lease = reading.lease
      return try await withTaskCancellationHandler {
        await lease.read()
      } onCancel: {
        lease.cancel()
      }.get()
    }

    package mutating func next() async throws(HTTPError) -> [UInt8]? { try await next(isolation: nil) }
  }
}

/// Ends the transfer when the iterator goes, although the stream may still be held.
private final class ReadingLease: Sendable {
  let lease: BodyLease

  init(lease: BodyLease) { self.lease = lease }

  deinit { lease.cancel() }
}

/// A reader's hold on a transfer: the last reference to go ends it. Keeps the client, and so its loop, alive.
final class BodyLease: Sendable {
  private let client: HTTPClient
  private let transfer: Transfer
  private let buffer: BodyBuffer

  init(client: HTTPClient, transfer: Transfer, buffer: BodyBuffer) {
    self.client = client
    self.transfer = transfer
    self.buffer = buffer
  }

  deinit { cancel() }

  /// Does nothing to a transfer that has ended.
  func cancel() {
    guard !buffer.isFinished else { return }
    client.loop.post(.cancel(transfer))
  }

  func read() async -> Result<[UInt8]?, HTTPError> {
    await buffer.next { client.loop.post(.resume(transfer)) }
  }

  func failure(_ kind: HTTPError.Kind, _ message: String) -> HTTPError {
    HTTPError(kind, request: transfer.request.summary, message: message)
  }
}
