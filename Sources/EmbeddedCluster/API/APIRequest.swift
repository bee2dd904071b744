import KubeModel
import Primitives

/// One HTTP request as the API sees it, free of any HTTP library.
package struct APIRequest: Sendable {
  package let method: String
  /// The path, percent-decoded segment by segment.
  package let segments: [String]
  package let query: QueryParameters
  let accept: String
  let contentType: String
  let userAgent: String
  let authorization: String?
  /// The host that the client asked for, for discovery.
  let host: String
  package private(set) var body: [UInt8]

  /// The same request with another body.
  func replacing(body: [UInt8]) -> APIRequest {
    var request = self
    request.body = body
    return request
  }

  package init(
    method: String,
    target: String,
    header: (String) -> String?,
    body: [UInt8]
  ) {
    self.method = method
    let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    segments = (parts.first ?? "").split(separator: "/").map { PercentCoding.decode($0, plusIsBlank: false) }
    query = QueryParameters(parts.count > 1 ? parts[1] : "")
    accept = header("Accept") ?? ""
    contentType = (header("Content-Type") ?? "").lowercased()
    userAgent = header("User-Agent") ?? ""
    authorization = header("Authorization")
    host = header("Host") ?? ""
    self.body = body
  }

  var path: String { "/" + segments.joined(separator: "/") }

  /// The media type of the body without parameters.
  var mediaType: String {
    String(contentType.split(separator: ";").first ?? "").trimmingBlanks()
  }

  /// Who writes: the `fieldManager` parameter, or the first word of the user agent.
  var manager: String {
    if let manager = query["fieldManager"], !manager.isEmpty { return manager }
    let agent = userAgent.prefix { $0 != "/" && $0 != " " }
    return agent.isEmpty ? "unknown" : String(agent.prefix(128))
  }

  var isDryRun: Bool { query.all("dryRun").contains("All") }
}

/// The answer of the API.
package struct APIResponse: Sendable {
  /// What follows the headers.
  package enum Body: Sendable {
    case bytes([UInt8])
    case watch(WatchPlan)
    /// Chunks as they come; used for logs.
    case stream(AsyncThrowingStream<[UInt8], any Error>)
  }

  package var status: Int
  package var headers: [(String, String)]
  package var body: Body

  static func json(_ value: JSONValue, status: Int = 200) -> APIResponse {
    var bytes = value.bytes()
    bytes.append(0x0A)
    return APIResponse(
      status: status,
      headers: [("Content-Type", "application/json"), ("Cache-Control", "no-cache, private")],
      body: .bytes(bytes)
    )
  }

  static func text(_ text: String, status: Int = 200) -> APIResponse {
    APIResponse(
      status: status,
      headers: [
        ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-cache, private"),
        ("X-Content-Type-Options", "nosniff"),
      ],
      body: .bytes(Array(text.utf8))
    )
  }

  static func error(_ error: APIError) -> APIResponse { .json(error.body, status: error.code) }

  static let pageNotFound = APIResponse.text("404 page not found\n", status: 404)

  /// The response with a `Warning` header for each text.
  func warning(_ texts: [String]) -> APIResponse {
    var response = self
    for text in texts {
      let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      response.headers.append(("Warning", "299 - \"\(escaped)\""))
    }
    return response
  }
}

/// The parameters after the question mark.
package struct QueryParameters: Sendable {
  private let pairs: [(name: String, value: String)]

  init(_ text: Substring) {
    pairs = text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (
        PercentCoding.decode(parts[0], plusIsBlank: true),
        parts.count > 1 ? PercentCoding.decode(parts[1], plusIsBlank: true) : ""
      )
    }
  }

  /// The first value of a parameter.
  package subscript(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

  func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  /// Whether a Boolean parameter is set.
  func flag(_ name: String) -> Bool {
    switch self[name] {
    case nil, "0", "false", "False": false
    default: true
    }
  }
}

/// Percent encoding of URLs.
enum PercentCoding {
  static func decode(_ text: Substring, plusIsBlank: Bool) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2, let digits = String(rest.prefix(2)),
        let value = UInt8(digits, radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(plusIsBlank && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  func trimmingBlanks() -> String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
