/// The version of HTTP in which a server answered.
package enum HTTPVersion: String, Sendable, Equatable {
  case http1 = "HTTP/1"
  case http2 = "HTTP/2"
}

/// A complete answer; any status is an answer, not an error.
package struct HTTPResponse: Sendable, Equatable {
  package let status: Int
  package let headers: HTTPHeaders
  package let body: [UInt8]
  package let version: HTTPVersion

  package init(
    status: Int,
    headers: HTTPHeaders = HTTPHeaders(),
    body: [UInt8] = [],
    version: HTTPVersion = .http1
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.version = version
  }
}

/// An answer whose body is still arriving.
package struct HTTPStream: Sendable {
  package let status: Int
  package let headers: HTTPHeaders
  /// The bytes as they come; ending the iteration early, or dropping the stream unread, ends the transfer.
  package let body: HTTPBody
}
