package import HTTPTransport
package import KubeModel
import Primitives

/// Why a request to the API server, or the preparation of one, failed.
///
/// The message is one line: what was attempted, on which object, what the other side said. It never holds a token, a
/// password or a key.
package struct KubeError: Error, Sendable, Hashable {
  /// The kinds of failure that callers tell apart.
  package enum Code: String, Sendable, Hashable, CaseIterable {
    /// The object, its namespace or its kind does not exist.
    case notFound
    /// The object changed since it was read, or another field manager owns the field.
    case conflict
    case alreadyExists
    /// The server understood the request and refused its content.
    case invalid
    case forbidden
    case unauthorized
    /// The resource version or continue token is too old; list again.
    case gone
    case tooManyRequests
    /// No connection, no TLS session, or an answer that is no HTTP.
    case unreachable
    case timedOut
    /// The kubeconfig, the service account files or an exec plugin are not usable.
    case badConfiguration
    /// The caller's task was cancelled, or the client was shut down.
    case cancelled
    case other
  }

  package let code: Code
  package let message: String
  /// What the server answered, when it answered with a `Status`.
  package let status: KubeStatus?
  /// Whether doing the same work again, from a fresh read, may succeed without anybody changing anything.
  package let isTransient: Bool
  /// How long the server asks to stay away, from `Retry-After`.
  package let retryAfter: Duration?

  package init(
    _ code: Code,
    _ message: String,
    status: KubeStatus? = nil,
    isTransient: Bool? = nil,
    retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.status = status
    self.isTransient = isTransient ?? Self.isUsuallyTransient(code)
    self.retryAfter = retryAfter
  }

  /// Whether somebody else wrote first: a stale resourceVersion, or a JSON patch whose `test` does not hold any more.
  package var isLostRace: Bool {
    guard code == .invalid else { return code == .conflict }
    // API servers keep to themselves that it was a `test` of a JSON patch which failed.
    return message.contains("testing ")
      || message.hasSuffix("rejected our request due to an error in our request")
  }

  private static func isUsuallyTransient(_ code: Code) -> Bool {
    switch code {
    case .conflict, .gone, .tooManyRequests, .unreachable, .timedOut: true
    case .notFound, .alreadyExists, .invalid, .forbidden, .unauthorized, .badConfiguration, .cancelled,
      .other:
      false
    }
  }
}

extension KubeError: CustomStringConvertible {
  package var description: String { message }
}

extension KubeError {
  /// The error that an answer of 400 or more means; `attempt` says what was tried, on which object.
  package init(attempt: String, response: HTTPResponse) {
    let answer = ErrorAnswer(response)
    let code = Self.code(httpStatus: response.status, reason: answer.status?.reason ?? "")
    let seconds = response.headers["Retry-After"].flatMap { Int($0) }
    self.init(
      code,
      "\(attempt): \(answer.text)",
      status: answer.status,
      isTransient: answer.isFieldManagerConflict ? false : response.status >= 500 ? true : nil,
      retryAfter: seconds.map { .seconds(min(max($0, 0), 3600)) }
    )
  }

  /// The error that a `Status` inside a watch stream means.
  package init(attempt: String, status: KubeStatus) {
    self.init(
      Self.code(httpStatus: status.code, reason: status.reason),
      "\(attempt): \(Self.oneLine(status.message.isEmpty ? status.reason : status.message))",
      status: status,
      isTransient: status.code >= 500 ? true : nil
    )
  }

  /// The error that a failed transfer means.
  package init(attempt: String, transport error: any Error) {
    guard let error = error as? HTTPError else {
      self.init(error is CancellationError ? .cancelled : .other, "\(attempt): \(Self.oneLine("\(error)"))")
      return
    }
    let code: Code =
      switch error.kind {
      case .timedOut: .timedOut
      case .cancelled, .stopped: .cancelled
      default: .unreachable
      }
    self.init(
      code,
      "\(attempt): \(Self.oneLine(error.message))",
      isTransient: code == .timedOut || (code == .unreachable && error.isTransient)
    )
  }

  /// The reason decides where it is known, the HTTP status otherwise.
  static func code(httpStatus: Int, reason: String) -> Code {
    switch reason {
    case "NotFound": return .notFound
    case "AlreadyExists": return .alreadyExists
    case "Conflict": return .conflict
    case "Invalid": return .invalid
    case "Forbidden": return .forbidden
    case "Unauthorized": return .unauthorized
    case "Expired", "Gone": return .gone
    case "TooManyRequests": return .tooManyRequests
    case "Timeout", "ServerTimeout": return .timedOut
    default: break
    }
    return switch httpStatus {
    case 400, 405, 406, 413, 415, 422: .invalid
    case 401: .unauthorized
    case 403: .forbidden
    case 404: .notFound
    case 409: .conflict
    case 410: .gone
    case 429: .tooManyRequests
    case 408, 504: .timedOut
    default: .other
    }
  }

  /// The text on one line, cut to a length that a log line bears.
  static func oneLine(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    return line.count <= 1000 ? line : line.prefix(1000) + "…"
  }
}

/// What the body of a refusal says, whether it is a `Status`, plain text or a proxy's page.
private struct ErrorAnswer {
  let status: KubeStatus?
  let text: String
  let isFieldManagerConflict: Bool

  init(_ response: HTTPResponse) {
    guard let body = Self.object(response.body), let status = KubeStatus(body) else {
      self.status = nil
      isFieldManagerConflict = false
      let page = KubeError.oneLine(String(decoding: response.body.prefix(300), as: UTF8.self))
      text =
        page.isEmpty
        ? "the server answered \(response.status)" : "the server answered \(response.status): \(page)"
      return
    }
    self.status = status
    text = KubeError.oneLine(status.message.isEmpty ? "\(response.status) \(status.reason)" : status.message)
    let causes = body.at("details", "causes")?.array ?? []
    isFieldManagerConflict = causes.contains { $0["reason"]?.string == "FieldManagerConflict" }
  }

  /// A body that is no JSON is no `Status`; its text is shown instead, so that nothing is dropped here.
  private static func object(_ bytes: [UInt8]) -> JSONValue? {
    do throws(JSONError) { return try JSONValue(parsing: bytes) } catch { return nil }
  }
}
