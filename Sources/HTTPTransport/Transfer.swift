/// One request on its way through the loop.
///
/// Unchecked: everything mutable is touched on the loop thread only; other threads hold the reference to name the
/// transfer in jobs, and read nothing but `request`.
final class Transfer: @unchecked Sendable {
  typealias Reply = CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>

  /// `new` → `waiting` (in its lane) → `active` (in libcurl) → `done`; every state may go to `done` directly.
  enum State {
    case new
    case waiting(Reply)
    case active(CurlEasy, Reply?)
    case done
  }

  let request: HTTPRequest
  let host: String
  /// Where the body goes when it is streamed; nil when it is collected.
  let buffer: BodyBuffer?
  let maxResponseBytes: Int
  /// When redirects are followed, their heads are not handed on.
  let maxRedirects: Int
  let deadline: ContinuousClock.Instant?
  /// For streams: when the head must have come.
  let headDeadline: ContinuousClock.Instant?

  var state = State.new
  private(set) var head = ResponseHead()
  private(set) var body: [UInt8] = []
  /// Why a callback stopped libcurl; says more than libcurl's "write error".
  private(set) var abortReason: HTTPError?

  init(
    request: HTTPRequest,
    host: String,
    buffer: BodyBuffer?,
    options: HTTPClientOptions,
    now: ContinuousClock.Instant
  ) {
    self.request = request
    self.host = host
    self.buffer = buffer
    maxResponseBytes = request.maxResponseBytes ?? options.maxResponseBytes
    maxRedirects = request.followRedirects ?? options.followRedirects
    deadline = request.deadline.map { now + $0 }
    headDeadline = buffer == nil ? nil : now + request.headTimeout
  }

  /// The next instant at which the loop itself must look: while waiting every deadline, then only that of the head
  /// (libcurl watches the rest).
  var ownDeadline: ContinuousClock.Instant? {
    switch state {
    case .waiting: [deadline, headDeadline].compactMap(\.self).min()
    case .active(_, .some): headDeadline
    default: nil
    }
  }

  func error(_ kind: HTTPError.Kind, _ message: String) -> HTTPError {
    HTTPError(kind, request: request.summary, message: message)
  }
}

extension Transfer {
  /// Takes one header line from libcurl; false aborts the transfer.
  func receiveHeader(_ line: UnsafeRawBufferPointer) -> Bool {
    switch head.receive(line) {
    case .more: return true
    case .tooLong:
      abortReason = error(.tooLarge, "the head of the answer is longer than \(ResponseHead.limit) bytes")
      return false
    case .complete:
      return headArrived()
    }
  }

  private func headArrived() -> Bool {
    body = []
    let isRedirect = maxRedirects > 0 && (300..<400).contains(head.status) && head.headers["Location"] != nil
    guard head.status >= 200, !isRedirect else { return true }
    if buffer != nil {
      replyWithHead()
    } else if request.method != "HEAD", let text = head.headers["Content-Length"], let length = Int(text) {
      guard length <= maxResponseBytes else { return refuseBody() }
      body.reserveCapacity(min(length, 1 << 20))
    }
    return true
  }

  private func refuseBody() -> Bool {
    abortReason = error(.tooLarge, "the answer is longer than \(maxResponseBytes) bytes")
    return false
  }

  /// Takes a piece of the body; nil asks libcurl to pause and offer it again, false aborts.
  func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool? {
    if let buffer {
      replyWithHead()
      return buffer.offer(bytes) ? true : nil
    }
    guard body.count + bytes.count <= maxResponseBytes else { return refuseBody() }
    body.append(contentsOf: bytes)
    return true
  }

  /// Hands the head of a stream to its caller, once.
  private func replyWithHead() {
    guard case .active(let easy, let reply?) = state else { return }
    state = .active(easy, nil)
    reply.resume(returning: .success(head.response(body: [])))
  }

  /// Ends the transfer, whatever its state, and tells whoever waits; once.
  func finish(_ result: Result<Void, HTTPError>) {
    switch state {
    case .new, .done: buffer?.finish(result)
    case .waiting(let reply), .active(_, let reply?):
      reply.resume(returning: result.map { head.response(body: body) })
      buffer?.finish(result)
    case .active(_, nil): buffer?.finish(result)
    }
    state = .done
    body = []
  }
}
