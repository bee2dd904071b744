import AnalysisCore
import HTTPTransport
import Primitives

/// What the requests of all providers have in common.
enum ProviderRequest {
  /// As many as Go's HTTP client follows.
  static let redirects = 10
  /// A metric is a few numbers; an answer beyond this is a mistake, and the controller's memory is small.
  static let maxResponseBytes = 4 << 20

  /// A request with the headers of a spec, bounded as above.
  static func make(
    method: String = "GET",
    url: String,
    headers: [HeaderField] = [],
    authentication: ProviderAuthentication = .none,
    timeout: Duration,
    insecure: Bool = false
  ) throws(ProviderFailure) -> HTTPRequest {
    var request = HTTPRequest(
      method: method,
      url: url,
      deadline: timeout,
      connectTimeout: min(timeout, .seconds(10))
    )
    switch authentication {
    // Signed and given tokens when they are sent.
    case .none, .oauth2, .sigv4: break
    case .basic(let username, let password):
      request.headers.set("Authorization", "Basic " + Base64.encode(Array("\(username):\(password)".utf8)))
    case .bearer(let token): request.headers.set("Authorization", "Bearer \(token)")
    case .unsupported(let name): throw ProviderFailure("authentication by \(name) is not supported")
    }
    for header in headers { request.headers.add(header.name, header.value) }
    request.insecure = insecure
    request.followRedirects = redirects
    request.maxResponseBytes = maxResponseBytes
    return request
  }

  /// A request with a JSON body that carries a secret in a header: it follows no redirect, since the secret would go
  /// to whoever is named there.
  static func confidential(
    method: String = "POST",
    url: String,
    headers: [(String, String)],
    body: JSONValue? = nil,
    timeout: Duration
  ) throws(ProviderFailure) -> HTTPRequest {
    var request = try make(method: method, url: url, timeout: timeout)
    for (name, value) in headers { request.headers.set(name, value) }
    if let body {
      request.headers.set("Content-Type", "application/json")
      request.body = body.bytes()
    }
    request.followRedirects = 0
    return request
  }

  /// The URL, if it is an absolute one of http or https.
  static func checked(_ url: String, _ what: String) throws(ProviderFailure) -> String {
    let lowercase = url.lowercased()
    guard lowercase.hasPrefix("http://") || lowercase.hasPrefix("https://") else {
      throw ProviderFailure(
        url.isEmpty ? "no \(what) is given" : "the \(what) \"\(url)\" is no http or https URL"
      )
    }
    return url
  }

  /// An address, to which a path is to be appended: checked, and without slashes at its end.
  static func base(_ address: String) throws(ProviderFailure) -> String {
    var base = try checked(trimmed(address), "address")[...]
    while base.last == "/" { base.removeLast() }
    return String(base)
  }

  /// The JSON of an answer whose status is 2xx; anything else is a failure in the server's words.
  static func json(of response: HTTPResponse) throws(ProviderFailure) -> JSONValue {
    let excerpt = excerpt(response.body)
    guard (200..<300).contains(response.status) else {
      throw ProviderFailure(
        "the server answered \(response.status) with \(excerpt.isEmpty ? "an empty body" : excerpt)"
      )
    }
    do throws(JSONError) {
      return try JSONValue(parsing: response.body)
    } catch {
      let what = excerpt.isEmpty ? "an empty body" : "no JSON: \(excerpt)"
      throw ProviderFailure("the server answered \(response.status) with \(what)")
    }
  }

  /// A Go duration that must be positive.
  static func duration(_ text: String, _ field: String) throws(ProviderFailure) -> Duration {
    guard let duration = Duration(go: text), duration > .zero, duration < .seconds(3_155_760_000) else {
      throw ProviderFailure("the \(field) \"\(text)\" is no positive duration")
    }
    return duration
  }

  /// The text without blanks and line ends around it.
  static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }

  /// The start of a body on one line, for error texts.
  static func excerpt(_ body: [UInt8]) -> String {
    let words = String(decoding: body.prefix(400), as: UTF8.self).split { $0.isWhitespace || $0 == "\0" }
    let line = words.joined(separator: " ")
    return line.count > 200 ? line.prefix(200) + "…" : line
  }

  /// Percent-encodes everything but the unreserved characters of RFC 3986.
  static func encode(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return result
  }

  /// Undoes percent-encoding; a `%` that begins no two digits stays.
  static func decode(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var place = 0
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
        bytes[place + 1] != UInt8(ascii: "+"), bytes[place + 1] != UInt8(ascii: "-"),
        let byte = UInt8(String(decoding: bytes[place + 1...place + 2], as: UTF8.self), radix: 16)
      {
        result.append(byte)
        place += 3
      } else {
        result.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
