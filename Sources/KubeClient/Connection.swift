import HTTPTransport
import Primitives

/// The transfers of one client: its credentials, its HTTP client, and a new one when the client certificate changes.
final class Connection: Sendable {
  private struct Transport {
    var client: HTTPClient
    var identity: Authorization.ClientIdentity?
  }

  let configuration: KubeConfiguration
  private let credentials: CredentialSource
  private let userAgent: String
  private let transport: Locked<Transport>

  init(configuration: KubeConfiguration, userAgent: String, now: @escaping @Sendable () -> Instant) {
    self.configuration = configuration
    self.userAgent = userAgent
    credentials = CredentialSource(configuration.credentials, now: now)
    transport = Locked(
      Transport(client: Self.client(configuration, identity: nil), identity: nil)
    )
  }

  func send(_ request: KubeRequest, deadline: Duration) async throws(KubeError) -> HTTPResponse {
    let http = request.httpRequest(server: configuration.server, deadline: deadline)
    return try await authorized(request, http, status: \.status) { (client, http) throws(HTTPError) in
      try await client.send(http)
    }
  }

  /// The head of the stream arrives within `headTimeout`; a server silent for `idleTimeout` counts as gone.
  func stream(
    _ request: KubeRequest,
    headTimeout: Duration,
    idleTimeout: Duration
  ) async throws(KubeError) -> HTTPStream {
    var http = request.httpRequest(server: configuration.server, deadline: nil)
    http.headTimeout = headTimeout
    http.idleTimeout = idleTimeout
    return try await authorized(request, http, status: \.status) { (client, http) throws(HTTPError) in
      try await client.stream(http)
    }
  }

  func shutdown() async { await transport.withLock(\.client).shutdown() }

  /// Sends with the credential; a refusal of one that can be renewed is tried once more with the new one.
  private func authorized<Answer: Sendable>(
    _ request: KubeRequest,
    _ http: HTTPRequest,
    status: (Answer) -> Int,
    _ transfer: (HTTPClient, HTTPRequest) async throws(HTTPError) -> Answer
  ) async throws(KubeError) -> Answer {
    var isRenewed = false
    while true {
      let authorization = try await credentials.authorization()
      let client = client(for: authorization.identity)
      let answer: Answer
      do throws(HTTPError) {
        answer = try await transfer(client, with(authorization, http))
      } catch {
        throw KubeError(attempt: "\(request.attempt) at \(configuration.shownServer)", transport: error)
      }
      guard status(answer) == 401, !isRenewed, credentials.refused(authorization) else { return answer }
      isRenewed = true
    }
  }

  private func with(_ authorization: Authorization, _ request: HTTPRequest) -> HTTPRequest {
    var request = request
    request.headers.set("User-Agent", userAgent)
    if let header = authorization.header { request.headers.set("Authorization", header.value) }
    for item in configuration.impersonation { request.headers.add(item.name, item.value) }
    return request
  }

  /// The client of the identity; one of an older identity ends with its last transfer.
  private func client(for identity: Authorization.ClientIdentity?) -> HTTPClient {
    transport.withLock { [configuration] transport in
      if transport.identity != identity {
        transport = Transport(client: Self.client(configuration, identity: identity), identity: identity)
      }
      return transport.client
    }
  }

  private static func client(
    _ configuration: KubeConfiguration,
    identity: Authorization.ClientIdentity?
  ) -> HTTPClient {
    var tls = configuration.tls
    if let identity {
      tls.clientCertificatePEM = identity.certificatePEM
      tls.clientKeyPEM = identity.keyPEM
    }
    return HTTPClient(options: HTTPClientOptions(tls: tls, proxy: configuration.proxy))
  }
}
