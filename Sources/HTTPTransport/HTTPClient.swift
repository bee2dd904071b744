/// An HTTP client over one libcurl loop thread; safe to share, one per set of options.
///
/// Requests beyond the client's caps wait in order. By default no redirect is followed, and nothing is retried, with one
/// exception inside libcurl: when a kept connection turns out to be dead before the first byte of an answer, the
/// request goes out again on another. Dropping the last reference, streams included, ends the thread; ``shutdown()``
/// does so at once.
package final class HTTPClient: Sendable {
  let loop: CurlLoop
  private let options: HTTPClientOptions

  package init(options: HTTPClientOptions = HTTPClientOptions()) {
    self.options = options
    loop = CurlLoop(options: options)
  }

  deinit { loop.requestStop() }

  /// Sends the request and collects the answer, whatever its status.
  ///
  /// Cancelling the task closes the connection and throws `cancelled`.
  package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    try await run(transfer(request, buffer: nil)).get()
  }

  /// Sends the request and returns when the head of the answer is there; the body follows as it comes.
  ///
  /// Give the request no deadline when the body may last. Streams speak HTTP/1.1, each on a connection of its own, so
  /// that a slow reader holds up nobody else.
  package func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStream {
    let buffer = BodyBuffer(capacity: options.streamBufferBytes)
    let transfer = try transfer(request, buffer: buffer)
    // Holds the transfer before it starts: whatever happens from here on, dropping the lease ends it.
    let lease = BodyLease(client: self, transfer: transfer, buffer: buffer)
    let head = try await run(transfer).get()
    return HTTPStream(status: head.status, headers: head.headers, body: HTTPBody(lease: lease))
  }

  /// Ends the thread: what is in flight, and all that comes later, fails with `stopped`. Returns when all is freed.
  package func shutdown() async { await loop.stop() }

  private func transfer(_ request: HTTPRequest, buffer: BodyBuffer?) throws(HTTPError) -> Transfer {
    guard let parts = URLParts(request.url) else {
      throw HTTPError(.badRequest, request: request.summary, message: "not an absolute http or https URL")
    }
    guard Self.isToken(request.method) else {
      throw HTTPError(.badRequest, request: request.summary, message: "malformed method")
    }
    for (name, value) in request.headers.pairs {
      guard Self.isToken(name), !value.utf8.contains(where: { $0 == 0 || $0 == 0x0A || $0 == 0x0D }) else {
        throw HTTPError(.badRequest, request: request.summary, message: "malformed header field \(name)")
      }
    }
    let host = "\(parts.scheme)://\(parts.authority)"
    return Transfer(request: request, host: host, buffer: buffer, options: options, now: .now)
  }

  private func run(_ transfer: Transfer) async -> Result<HTTPResponse, HTTPError> {
    await withTaskCancellationHandler {
      await withCheckedContinuation { reply in
        guard loop.post(.start(transfer, reply)) else {
          let error = transfer.error(.stopped, "the HTTP client was shut down")
          reply.resume(returning: .failure(error))
          return
        }
      }
    } onCancel: {
      loop.post(.cancel(transfer))
    }
  }

  /// The characters that RFC 9110 allows in methods and field names.
  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}
