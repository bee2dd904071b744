import HTTPTransport

/// The events of one watch, for one reader; it ends when the server ends it, and throws when the connection fails.
///
/// A slow reader holds the server back; leaving the loop or cancelling the task ends the watch. An `error` event is an
/// element, not a failure, and is the last one.
package struct WatchStream: AsyncSequence, Sendable {
  package typealias Element = WatchEvent
  package typealias Failure = KubeError

  private let body: HTTPBody
  private let attempt: String

  init(body: HTTPBody, attempt: String) {
    self.body = body
    self.attempt = attempt
  }

  package func makeAsyncIterator() -> Iterator {
    Iterator(chunks: body.makeAsyncIterator(), attempt: attempt)
  }

  /// Reads chunks until they hold a whole event.
  package struct Iterator: AsyncIteratorProtocol {
    private var chunks: HTTPBody.Iterator
    private var decoder = WatchDecoder()
    private let attempt: String
    private var isOver = false

    fileprivate init(chunks: HTTPBody.Iterator, attempt: String) {
      self.chunks = chunks
      self.attempt = attempt
    }

    /// The next event; nil when the server has ended the stream properly.
    package mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(KubeError) -> WatchEvent? {
      while true {
        if let event = decoder.next() { return event }
        guard !isOver else { return nil }
        if let chunk = try await chunk(isolation: actor) {
          try decode { (decoder) throws(WatchDecoder.Failure) in try decoder.append(chunk) }
        } else {
          isOver = true
          try decode { (decoder) throws(WatchDecoder.Failure) in try decoder.end() }
        }
      }
    }

    package mutating func next() async throws(KubeError) -> WatchEvent? { try await next(isolation: nil) }

    private mutating func chunk(isolation actor: isolated (any Actor)?) async throws(KubeError) -> [UInt8]? {
      do throws(HTTPError) {
        return try await chunks.next(isolation: actor)
      } catch {
        throw KubeError(attempt: attempt, transport: error)
      }
    }

    private mutating func decode(
      _ body: (inout WatchDecoder) throws(WatchDecoder.Failure) -> Void
    ) throws(KubeError) {
      do throws(WatchDecoder.Failure) {
        try body(&decoder)
      } catch {
        throw KubeError(.unreachable, "\(attempt): \(error)")
      }
    }
  }
}
