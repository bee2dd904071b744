import AnalysisCore
import Primitives

/// Tokens and credentials that were fetched for providers, each until it ends; safe to share.
///
/// Two measurements that find nothing at the same moment both fetch: the later one counts.
package final class ProviderSession: Sendable {
  /// What a fetched secret is good for.
  enum Purpose: Hashable, Sendable {
    case oauth2(OAuth2Client)
    case aws(AWSIdentity)
  }

  private struct Kept {
    let secret: Secret
    let end: Instant?
  }

  /// A fetched secret; its texts are left out of descriptions.
  enum Secret: Sendable, CustomStringConvertible {
    case token(String)
    case aws(AWSCredentials)

    var description: String { "*****" }

    var texts: [String] {
      switch self {
      case .token(let text): [text]
      case .aws(let credentials): [credentials.secretAccessKey, credentials.sessionToken]
      }
    }
  }

  private let kept = Locked<[Purpose: Kept]>([:])

  package init() {}

  /// The secret for a purpose, unless there is none or it ended.
  func secret(for purpose: Purpose, now: Instant) -> Secret? {
    kept.withLock { kept in
      guard let entry = kept[purpose] else { return nil }
      if let end = entry.end, end <= now {
        kept[purpose] = nil
        return nil
      }
      return entry.secret
    }
  }

  /// Keeps a secret until a moment, or until it is refused. What ended long ago is forgotten, so that passwords which
  /// change do not pile up.
  func keep(_ secret: Secret, for purpose: Purpose, until end: Instant?, now: Instant) {
    kept.withLock { kept in
      kept = kept.filter { $0.value.end.map { $0 > now } ?? true }
      if kept.count >= 1000 { kept.removeAll() }
      kept[purpose] = Kept(secret: secret, end: end)
    }
  }

  /// Forgets the secret for a purpose, because the other side refused it.
  func forget(_ purpose: Purpose) { kept.withLock { $0[purpose] = nil } }

  /// All that must not be seen.
  var confidential: [String] { kept.withLock { $0.values.flatMap(\.secret.texts) } }
}
