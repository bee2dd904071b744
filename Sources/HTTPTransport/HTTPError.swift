/// Why a request has no complete answer: what was attempted, and what the other side or the library said.
package struct HTTPError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds that callers tell apart.
  package enum Kind: String, Sendable, Equatable {
    /// The deadline, the connect timeout or the idle timeout passed.
    case timedOut
    /// Nobody listens there, the network refuses, or the proxy does.
    case cannotConnect
    /// The name of the host or the proxy has no address.
    case cannotResolve
    /// The handshake failed: a certificate, a key or the protocol.
    case tls
    /// The connection broke before the answer was whole.
    case connectionLost
    /// The task was cancelled or the reader left.
    case cancelled
    /// The answer exceeds the client's limit.
    case tooLarge
    /// More redirects than the client follows.
    case tooManyRedirects
    /// What came back is not HTTP as it should be.
    case protocolError
    /// The request itself is malformed; nothing was sent.
    case badRequest
    /// The client was shut down.
    case stopped
  }

  package let kind: Kind
  /// Method and URL without secrets.
  package let request: String
  /// A lower-case clause.
  package let message: String

  package init(_ kind: Kind, request: String, message: String) {
    self.kind = kind
    self.request = request
    self.message = message
  }

  /// Whether the same request may succeed later without anybody changing anything.
  package var isTransient: Bool {
    switch kind {
    case .timedOut, .cannotConnect, .cannotResolve, .connectionLost, .protocolError: true
    case .tls, .cancelled, .tooLarge, .tooManyRedirects, .badRequest, .stopped: false
    }
  }

  package var description: String { "\(request): \(message)" }
}
