package import GitOpsCore
package import GitStore
package import KubeClient
import KubeModel
import Primitives

/// Why a repository could not even be tried.
package enum GitAccessError: Error, Sendable, CustomStringConvertible {
  /// The cluster could not be asked.
  case cluster(KubeError)
  /// The Secret that the source names does not exist or holds nothing usable.
  case badSecret(String)

  package var description: String {
    switch self {
    case .cluster(let error): error.message
    case .badSecret(let message): message
    }
  }
}

/// The local mirrors of the repositories, one for each source and set of credentials.
///
/// The Secret is read each time a mirror is asked for, so changed credentials count at once; a mirror whose address and
/// credentials are as before is handed out again.
package actor GitAccess {
  private struct Mirror {
    let remote: GitRemote
    let repository: GitRepository
  }

  private let client: KubeClient
  private let directory: String
  private var mirrors: [String: Mirror] = [:]

  /// - Parameters:
  ///   - client: Reads the Secrets.
  ///   - directory: Where the mirrors are kept; may be deleted whenever no controller runs.
  package init(client: KubeClient, directory: String) {
    self.client = client
    self.directory = directory
  }

  /// The mirror to read a source with.
  package func reader(of source: GitSource) async throws(GitAccessError) -> GitRepository {
    try await repository(source, secret: source.readSecret)
  }

  /// The mirror to write to a source with: the same one unless it has a Secret of its own.
  package func writer(of source: GitSource) async throws(GitAccessError) -> GitRepository {
    try await repository(source, secret: source.writeSecret)
  }

  private func repository(_ source: GitSource, secret name: String?) async throws(GitAccessError)
    -> GitRepository
  {
    var secret: JSONValue?
    if let name {
      do {
        secret = try await client.get(.secrets, namespace: source.key.namespace, name: name)
      } catch  where error.code == .notFound {
        throw .badSecret(
          "the Secret \(source.key.namespace)/\(name) of GitSource \(source.key) does not exist"
        )
      } catch {
        throw .cluster(error)
      }
    }
    let remote = try GitSecret.remote(url: source.url, secret: secret)
    let path = "\(directory)/\(source.key.namespace)-\(source.key.name)-\(Self.mark(source.url, name ?? ""))"
    // No await between looking and storing: two callers get the same mirror.
    let known = mirrors[path]
    if let known, known.remote.isSame(as: remote) { return known.repository }
    // Two repositories must not share a folder, and the one with the old credentials may still be at work in its own.
    let directory = known?.repository.directory == path ? path + "-next" : path
    let repository = GitRepository(directory: directory, remote: remote)
    mirrors[path] = Mirror(remote: remote, repository: repository)
    return repository
  }

  /// Tells mirrors of one source apart: another address or another Secret is another folder.
  private static func mark(_ parts: String...) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in parts.joined(separator: "\n").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
  }
}

extension GitRemote {
  fileprivate func isSame(as other: GitRemote) -> Bool {
    url == other.url && credentials == other.credentials && caPEM == other.caPEM && insecure == other.insecure
  }
}
