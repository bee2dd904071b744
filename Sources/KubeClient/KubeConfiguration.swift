package import HTTPTransport

/// Where the API server is and who we are to it.
package struct KubeConfiguration: Sendable {
  /// How the client shows who it is, beyond a TLS client certificate.
  package enum Credentials: Sendable, Hashable {
    case none
    case token(Secret)
    /// A file that holds the token, read again when it changes.
    case tokenFile(String)
    case basic(user: String, password: Secret)
    /// A program that prints a credential.
    case exec(ExecPlugin)
  }

  /// The server's URL without a slash at its end.
  package var server: String
  /// The namespace of the context; `default` where it names none.
  package var namespace: String
  package var tls: TLSOptions
  /// The proxy's URL; nil follows the environment.
  package var proxy: String?
  package var credentials: Credentials
  /// Headers that ask to act as somebody else: `Impersonate-User` and its like.
  package var impersonation: [KubeRequest.QueryItem]
  /// The name of the kubeconfig's context, or `in-cluster`.
  package var contextName: String

  package init(
    server: String,
    namespace: String = "default",
    tls: TLSOptions = TLSOptions(),
    proxy: String? = nil,
    credentials: Credentials = .none,
    impersonation: [KubeRequest.QueryItem] = [],
    contextName: String = ""
  ) {
    var server = server[...]
    while server.hasSuffix("/") { server.removeLast() }
    self.server = String(server)
    self.namespace = namespace
    self.tls = tls
    self.proxy = proxy
    self.credentials = credentials
    self.impersonation = impersonation
    self.contextName = contextName
  }
}

extension KubeConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The server, context and kind of credentials; no secret.
  package var description: String {
    let kind =
      switch credentials {
      case .none: tls.clientCertificatePEM == nil ? "no credentials" : "a client certificate"
      case .token: "a token"
      case .tokenFile(let path): "the token file \(path)"
      case .basic(let user, _): "the password of \(user)"
      case .exec(let plugin): "the exec plugin \(plugin.command)"
      }
    return "\(shownServer) (context \(contextName), namespace \(namespace), \(kind))"
  }

  /// The server's URL without a user and password, for messages.
  package var shownServer: String {
    let parts = server.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count > 2, let at = parts[2].lastIndex(of: "@") else { return server }
    let host = parts[2][parts[2].index(after: at)...]
    return (parts[..<2] + [host] + parts[3...]).joined(separator: "/")
  }

  package var debugDescription: String { description }

  package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
