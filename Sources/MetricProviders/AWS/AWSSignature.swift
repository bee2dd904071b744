import HTTPTransport
import Primitives

/// Keys of AWS; secrets are left out of descriptions.
struct AWSCredentials: Sendable, Hashable, CustomStringConvertible {
  let accessKeyID: String
  let secretAccessKey: String
  /// Empty for keys that last.
  let sessionToken: String

  init(accessKeyID: String, secretAccessKey: String, sessionToken: String = "") {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
  }

  var description: String { "\(accessKeyID):*****" }
}

/// Signature version 4 of AWS, in the header `Authorization`.
///
/// libcurl has one too, but that of Debian 12 (7.88) signs the parameters of a URL unsorted, and so signs wrongly.
struct AWSSignature {
  let credentials: AWSCredentials
  let region: String
  let service: String
  let now: Instant

  /// The request with the headers `Host`, `X-Amz-Date`, `X-Amz-Security-Token` and `Authorization`.
  ///
  /// It follows no redirect: the signature is good for one place only.
  func sign(_ request: HTTPRequest) throws(ProviderFailure) -> HTTPRequest {
    guard let target = Target(request.url) else { throw ProviderFailure("a malformed URL cannot be signed") }
    var signed = request
    signed.followRedirects = 0
    signed.headers.set("Host", target.host)
    signed.headers.set("X-Amz-Date", timestamp)
    if !credentials.sessionToken.isEmpty {
      signed.headers.set("X-Amz-Security-Token", credentials.sessionToken)
    }
    let (names, canonical) = canonicalRequest(signed, target)
    let scope = "\(timestamp.prefix(8))/\(region)/\(service)/aws4_request"
    let digest = SHA256.hexadecimal(SHA256.hash(Array(canonical.utf8)))
    let text = "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(digest)"
    let signature = SHA256.hexadecimal(SHA256.authentication(key: key, Array(text.utf8)))
    signed.headers.set(
      "Authorization",
      "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(names), "
        + "Signature=\(signature)"
    )
    return signed
  }

  /// Such as `20150830T123600Z`.
  private var timestamp: String { now.rfc3339.filter { $0 != "-" && $0 != ":" } }

  /// The key for this day, region and service.
  private var key: [UInt8] {
    [String(timestamp.prefix(8)), region, service, "aws4_request"]
      .reduce(Array("AWS4\(credentials.secretAccessKey)".utf8)) { key, part in
        SHA256.authentication(key: key, Array(part.utf8))
      }
  }

  /// The names of the headers that are signed, and the request in the one form that both sides compute.
  private func canonicalRequest(_ request: HTTPRequest, _ target: Target) -> (String, String) {
    let lines = request.headers.pairs.map { ($0.0.lowercased(), Self.collapsed($0.1)) }
      .filter { !["authorization", "user-agent", "connection"].contains($0.0) }
    let names = Set(lines.map(\.0)).sorted()
    let headers = names.map { name in
      "\(name):\(lines.filter { $0.0 == name }.map(\.1).joined(separator: ","))\n"
    }
    let signed = names.joined(separator: ";")
    let body = SHA256.hexadecimal(SHA256.hash(request.body))
    let parts = [request.method, target.path, target.query, headers.joined(), signed, body]
    return (signed, parts.joined(separator: "\n"))
  }

  /// Blanks around removed, and runs of them within made one.
  private static func collapsed(_ text: String) -> String {
    text.split(separator: " ").joined(separator: " ")
  }
}

extension AWSSignature {
  /// The parts of a URL as AWS hashes them.
  private struct Target {
    let host: String
    let path: String
    let query: String

    init?(_ url: String) {
      guard let scheme = url.firstRange(of: "://") else { return nil }
      let rest = url[scheme.upperBound...].prefix { $0 != "#" }
      let authority = rest.prefix { $0 != "/" && $0 != "?" }
      let place = rest[authority.endIndex...]
      let path = place.prefix { $0 != "?" }
      let port = url.lowercased().hasPrefix("https") ? ":443" : ":80"
      var host = authority.split(separator: "@").last.map { $0.lowercased() } ?? ""
      if host.hasSuffix(port) { host.removeLast(port.count) }
      guard !host.isEmpty else { return nil }
      self.host = host
      // What is percent-encoded in the URL is encoded once more, for all services but S3.
      let segments = path.split(separator: "/", omittingEmptySubsequences: false)
      self.path =
        path.isEmpty ? "/" : segments.map { ProviderRequest.encode(String($0)) }.joined(separator: "/")
      query = place[path.endIndex...].dropFirst().split(separator: "&").map { pair in
        let name = pair.prefix { $0 != "=" }
        let value = pair[name.endIndex...].dropFirst()
        return (Self.normal(name), Self.normal(value))
      }.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    private static func normal(_ text: Substring) -> String {
      ProviderRequest.encode(ProviderRequest.decode(String(text)))
    }
  }
}
