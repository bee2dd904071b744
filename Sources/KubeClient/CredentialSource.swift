package import Primitives

/// What a request shows to the server: a header, a client certificate, or both, or nothing.
package struct Authorization: Sendable, Hashable {
  /// The value of the `Authorization` header.
  package let header: Secret?
  package let identity: ClientIdentity?

  /// A client certificate and its key, as PEM.
  package struct ClientIdentity: Sendable, Hashable {
    package let certificatePEM: [UInt8]
    package let keyPEM: [UInt8]
  }
}

extension Authorization: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(authorization)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Keeps the credential that a configuration describes fresh: reads a token file again when it changes, runs an exec
/// plugin when its credential has expired, once for all who wait for it.
package final class CredentialSource: Sendable {
  /// The last credential that was read or printed, and until when it holds.
  private struct Known: Sendable {
    let authorization: Authorization
    let until: Instant?
    let file: LocalFile.Stamp?
  }

  private let credentials: KubeConfiguration.Credentials
  private let now: @Sendable () -> Instant
  private let known = Locked<Known?>(nil)
  private let plugin = OneAtATime()

  /// A source that has read nothing yet.
  package init(_ credentials: KubeConfiguration.Credentials, now: @escaping @Sendable () -> Instant) {
    self.credentials = credentials
    self.now = now
  }

  /// What to show now; runs the exec plugin or reads the token file when needed.
  package func authorization() async throws(KubeError) -> Authorization {
    switch credentials {
    case .none: Authorization(header: nil, identity: nil)
    case .token(let token): Self.bearer(token)
    case .basic(let user, let password):
      Authorization(
        header: Secret("Basic " + Base64.encode(Array("\(user):\(password.value)".utf8))),
        identity: nil
      )
    case .tokenFile(let path): try tokenFile(path)
    case .exec(let plugin): try await execute(plugin)
    }
  }

  /// Forgets what it knows, after the server has refused it; says whether a new try may know better.
  package func refused(_ authorization: Authorization) -> Bool {
    switch credentials {
    case .none, .token, .basic: return false
    case .tokenFile, .exec: break
    }
    // Another request may have renewed it in the meantime.
    known.withLock { known in
      if known?.authorization == authorization { known = nil }
    }
    return true
  }

  private static func bearer(_ token: Secret) -> Authorization {
    Authorization(header: Secret("Bearer " + token.value), identity: nil)
  }

  private func tokenFile(_ path: String) throws(KubeError) -> Authorization {
    let stamp = LocalFile.stamp(path)
    if let known = known.withLock(\.self), known.file == stamp, stamp != nil { return known.authorization }
    let text = String(decoding: try LocalFile.read(path, purpose: "token file"), as: UTF8.self)
    let token = text.filter { !$0.isWhitespace }
    guard !token.isEmpty else { throw KubeError(.badConfiguration, "the token file \(path) is empty") }
    let authorization = Self.bearer(Secret(token))
    known.withLock { $0 = Known(authorization: authorization, until: nil, file: stamp) }
    return authorization
  }

  /// One caller runs the plugin, bounded by its deadline; those who waited find what it left.
  private func execute(_ program: ExecPlugin) async throws(KubeError) -> Authorization {
    if let fresh = freshAuthorization() { return fresh }
    return try await plugin.run { () async throws(KubeError) in
      if let fresh = freshAuthorization() { return fresh }
      let credential = try await program.run()
      var identity: Authorization.ClientIdentity?
      if let certificate = credential.certificatePEM, let key = credential.keyPEM {
        identity = .init(certificatePEM: certificate, keyPEM: key)
      }
      let authorization = Authorization(
        header: credential.token.map { Secret("Bearer " + $0.value) },
        identity: identity
      )
      known.withLock { $0 = Known(authorization: authorization, until: credential.expires, file: nil) }
      return authorization
    }
  }

  /// The last credential, unless it expires within a minute: it should not expire on the way.
  private func freshAuthorization() -> Authorization? {
    guard let known = known.withLock(\.self) else { return nil }
    if let until = known.until, until <= now() + .seconds(60) { return nil }
    return known.authorization
  }
}
