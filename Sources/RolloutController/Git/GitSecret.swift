import GitStore
import KubeClient
import KubeModel
import Primitives

/// Turns a Secret into credentials for a repository.
enum GitSecret {
  /// The remote that the address and the Secret name.
  ///
  /// Keys of the Secret: `username` and `password`, or `token`; `sshPrivateKey` (or `identity`, `ssh-privatekey`) with
  /// `known_hosts` and, for an encrypted key, `passphrase`; `ca.crt`; `insecure: "true"`.
  static func remote(url: String, secret: JSONValue?) throws(GitAccessError) -> GitRemote {
    guard let secret else { return GitRemote(url: url) }
    var fields: [String: [UInt8]] = [:]
    for (key, text) in secret["data"]?.strings ?? [:] {
      guard let bytes = Base64.decode(text) else {
        throw .badSecret("the key \(key) of the Secret \(ObjectKey(secret)) is not base64")
      }
      fields[key] = bytes
    }
    func text(_ keys: String...) -> String? {
      keys.lazy.compactMap { fields[$0] }.first.map { String(decoding: $0, as: UTF8.self) }
    }
    let insecure = text("insecure").map { trimmed($0) == "true" } ?? false
    let credentials: GitCredentials
    if let key = text("sshPrivateKey", "identity", "ssh-privatekey") {
      credentials = .sshKey(
        user: user(in: url) ?? text("username").map(trimmed) ?? "git",
        privateKeyPEM: key,
        passphrase: text("passphrase"),
        knownHosts: text("known_hosts") ?? ""
      )
    } else if let token = text("token") {
      credentials =
        text("username").map { .basic(user: trimmed($0), password: trimmed(token)) } ?? .token(trimmed(token))
    } else if let password = text("password") {
      credentials = .basic(user: text("username").map(trimmed) ?? "git", password: trimmed(password))
    } else if fields["ca.crt"] != nil || insecure {
      credentials = .none
    } else {
      throw .badSecret(
        "the Secret \(ObjectKey(secret)) holds none of username and password, token, sshPrivateKey"
      )
    }
    return GitRemote(url: url, credentials: credentials, caPEM: fields["ca.crt"], insecure: insecure)
  }

  /// The user that an ssh address names.
  private static func user(in url: String) -> String? {
    let authority = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
    let host = authority.prefix { $0 != "/" }
    guard let at = host.firstIndex(of: "@") else { return nil }
    return host[..<at].split(separator: ":").first.map(String.init)
  }

  /// Without the line end that `echo` puts into many a Secret.
  private static func trimmed(_ text: String) -> String {
    let kept = text.drop(while: \.isWhitespace)
    return String(
      kept.prefix(
        (kept.lastIndex { !$0.isWhitespace }).map { kept.distance(from: kept.startIndex, to: $0) + 1 } ?? 0
      )
    )
  }
}
