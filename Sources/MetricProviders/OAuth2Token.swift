import AnalysisCore
import HTTPTransport
import Primitives

/// Tokens for clients with a secret, RFC 6749 section 4.4.
enum OAuth2Token {
  /// How the client's id and secret are told: servers differ, and there is no asking them.
  enum Style {
    case header, body
  }

  /// The request for a token, with the limits of the request that needs it.
  static func request(
    for client: OAuth2Client,
    style: Style,
    like other: HTTPRequest
  ) throws(ProviderFailure) -> HTTPRequest {
    let (id, secret) = (ProviderRequest.encode(client.clientID), ProviderRequest.encode(client.clientSecret))
    var form = "grant_type=client_credentials"
    if !client.scopes.isEmpty {
      form += "&scope=" + ProviderRequest.encode(client.scopes.joined(separator: " "))
    }
    if style == .body { form += "&client_id=\(id)&client_secret=\(secret)" }
    var request = try ProviderRequest.make(
      method: "POST",
      url: try ProviderRequest.checked(client.tokenURL, "tokenUrl"),
      authentication: style == .header ? .basic(username: id, password: secret) : .none,
      timeout: other.deadline ?? .seconds(30),
      insecure: other.insecure
    )
    // The secret goes to this server and to no other.
    request.followRedirects = 0
    request.headers.set("Content-Type", "application/x-www-form-urlencoded")
    request.headers.set("Accept", "application/json")
    request.body = Array(form.utf8)
    return request
  }

  /// The token in an answer, and for how long it is good; nil for as long as it is taken.
  static func read(_ response: HTTPResponse) throws(ProviderFailure) -> (token: String, lifetime: Duration?) {
    let json = try ProviderRequest.json(of: response)
    guard let token = json["access_token"]?.string, !token.isEmpty else {
      throw ProviderFailure("the answer has no access_token")
    }
    let seconds = json["expires_in"].flatMap { $0.double ?? $0.string.flatMap(Double.init) } ?? 0
    return (token, seconds > 0 ? .seconds(min(seconds, 1e9)) : nil)
  }
}

extension ProviderContext {
  /// Fetches a token and keeps it until ten seconds before its end.
  func fetchToken(for oauth2: OAuth2Client, like other: HTTPRequest) async throws(ProviderFailure) -> String {
    var request = try OAuth2Token.request(for: oauth2, style: .header, like: other)
    var response = try await send(request)
    // Some servers read the body only.
    if response.status == 400 || response.status == 401 {
      request = try OAuth2Token.request(for: oauth2, style: .body, like: other)
      response = try await send(request)
    }
    do throws(ProviderFailure) {
      let (token, lifetime) = try OAuth2Token.read(response)
      let end = lifetime.map { now + max(.zero, $0 - .seconds(10)) }
      session.keep(.token(token), for: .oauth2(oauth2), until: end, now: now)
      return token
    } catch {
      let reason = "cannot get a token: \(request.summary): \(error)"
      throw ProviderFailure(reason, isOutage: error.isOutage || response.saysOutage)
    }
  }
}
