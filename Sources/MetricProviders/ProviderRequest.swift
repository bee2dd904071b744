import AnalysisCore
import HTTPTransport

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
    headers: [HeaderField],
    authentication: ProviderAuthentication,
    timeout: Duration,
    insecure: Bool
  ) throws(ProviderSpecError) -> HTTPRequest {
    var request = HTTPRequest(
      method: method,
      url: url,
      deadline: timeout,
      connectTimeout: min(timeout, .seconds(10))
    )
    switch authentication {
    case .none: break
    case .basic(let username, let password):
      request.headers.set("Authorization", "Basic " + base64(Array("\(username):\(password)".utf8)))
    case .bearer(let token): request.headers.set("Authorization", "Bearer \(token)")
    case .unsupported(let name): throw ProviderSpecError("authentication by \(name) is not supported")
    }
    for header in headers { request.headers.add(header.name, header.value) }
    request.insecure = insecure
    request.followRedirects = redirects
    request.maxResponseBytes = maxResponseBytes
    return request
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

  /// Base64 with padding, RFC 4648.
  static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        result.append(place > group.count ? UInt8(ascii: "=") : alphabet[bits >> (18 - 6 * place) & 63])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}
