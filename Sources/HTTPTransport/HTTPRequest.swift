/// A request as a value; sending it is ``HTTPClient``'s part.
package struct HTTPRequest: Sendable, Equatable {
  package var method: String
  /// An absolute `http://` or `https://` URL, already percent-encoded.
  package var url: String
  package var headers: HTTPHeaders
  package var body: [UInt8]
  /// The longest time from handing the request over to the last byte of the answer, waiting for a connection
  /// included; nil for no limit, as long-lived streams need.
  package var deadline: Duration?
  /// The longest time for name resolution, TCP and TLS together.
  package var connectTimeout: Duration
  /// For streams: the longest time from handing the request over to the head of the answer.
  package var headTimeout: Duration
  /// For streams: the longest silence of the server while somebody reads, rounded up to whole seconds; nil for none.
  package var idleTimeout: Duration?
  /// Accepts any certificate for this request, whatever the client's options say.
  package var insecure = false
  /// How many redirects to follow; nil for what the client's options say.
  package var followRedirects: Int?
  /// The longest body to collect, in bytes; nil for what the client's options say.
  package var maxResponseBytes: Int?

  package init(
    method: String = "GET",
    url: String,
    headers: HTTPHeaders = HTTPHeaders(),
    body: [UInt8] = [],
    deadline: Duration? = .seconds(30),
    connectTimeout: Duration = .seconds(10),
    headTimeout: Duration = .seconds(30),
    idleTimeout: Duration? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.deadline = deadline
    self.connectTimeout = connectTimeout
    self.headTimeout = headTimeout
    self.idleTimeout = idleTimeout
  }

  /// The method and the URL without user, password, query and fragment, which may be secret: for error texts.
  package var summary: String {
    guard let parts = URLParts(url) else { return "\(method) (malformed URL)" }
    return "\(method) \(parts.scheme)://\(parts.authority)\(parts.path)"
  }
}

/// The parts of an absolute URL that the transport itself looks at.
struct URLParts: Equatable {
  /// `http` or `https`.
  let scheme: String
  /// Host and port without user and password.
  let authority: String
  /// The path without query and fragment.
  let path: String
  /// User and password with the closing `@`, or nothing.
  let userInfo: String
  /// Path, query and fragment as written.
  let rest: String

  /// Nil when the text is no absolute http(s) URL with a host, or holds blanks or control characters.
  init?(_ url: String) {
    guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://"),
      url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else { return nil }
    let scheme = url[..<colon].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let afterScheme = url[url.index(colon, offsetBy: 3)...]
    let rest = afterScheme.drop { $0 != "/" && $0 != "?" && $0 != "#" }
    let whole = afterScheme[..<rest.startIndex]
    let at = whole.lastIndex(of: "@")
    let authority = at.map { whole[whole.index(after: $0)...] } ?? whole
    guard let first = authority.first, first != ":" else { return nil }
    self.scheme = scheme
    self.authority = authority.lowercased()
    self.userInfo = at.map { String(whole[...$0]) } ?? ""
    self.rest = String(rest)
    self.path = String(rest.prefix { $0 != "?" && $0 != "#" })
  }

  /// Host and port apart, the port by the scheme when the URL names none; an IPv6 host keeps its brackets.
  var hostAndPort: (host: String, port: String) {
    let defaultPort = scheme == "https" ? "443" : "80"
    guard let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") else {
      return (authority, defaultPort)
    }
    let port = String(authority[authority.index(after: colon)...])
    return (String(authority[..<colon]), port.isEmpty ? defaultPort : port)
  }
}
