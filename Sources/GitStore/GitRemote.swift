/// Where a repository lives and how to get in: a value made from a GitSource and its Secret.
package struct GitRemote: Sendable {
  /// `https://`, `http://`, `ssh://`, `user@host:path`, `file://` or an absolute path.
  package let url: String
  package let credentials: GitCredentials
  /// PEM certificates that replace the system's set of authorities for this remote; nil keeps the system's.
  package let caPEM: [UInt8]?
  /// Accepts any TLS certificate and any ssh host key; only when the Secret says so.
  package let insecure: Bool

  package init(
    url: String,
    credentials: GitCredentials = .none,
    caPEM: [UInt8]? = nil,
    insecure: Bool = false
  ) {
    self.url = url
    self.credentials = credentials
    self.caPEM = caPEM
    self.insecure = insecure
  }
}

/// How to prove who we are to a Git server. Its description hides the secrets.
package enum GitCredentials: Sendable, Equatable {
  case none
  /// HTTP basic authentication.
  case basic(user: String, password: String)
  /// An ssh private key in PEM or OpenSSH form (ed25519 or ECDSA; the system's libssh2 cannot sign with RSA and SHA-2,
  /// so current servers refuse RSA keys), and the lines of `known_hosts` against which the server's key is checked.
  case sshKey(user: String, privateKeyPEM: String, passphrase: String?, knownHosts: String)

  /// An access token, which hosts accept as the password of any user.
  package static func token(_ token: String) -> GitCredentials {
    .basic(user: "x-access-token", password: token)
  }

  /// What must never be printed.
  var secrets: [String] {
    switch self {
    case .none: []
    case .basic(_, let password): [password]
    case .sshKey(_, let key, let passphrase, _): [key] + (passphrase.map { [$0] } ?? [])
    }
  }
}

extension GitCredentials: CustomStringConvertible {
  package var description: String {
    switch self {
    case .none: "no credentials"
    case .basic(let user, _): "password of \(user)"
    case .sshKey(let user, _, _, _): "ssh key of \(user)"
    }
  }
}

extension GitRemote: CustomStringConvertible {
  /// The address without user and password.
  package var description: String { GitURL.redact(url) }
}
