import GitOpsCore
import GitStore
import KubeClient
import KubeModel
import Primitives
import RolloutController
import RolloutCore

/// A repository to read decisions from, and the branches to look on.
struct HistoryPlace: Sendable {
  let repository: GitRepository
  let branches: [String]

  /// The repository at an address or path, read without a cluster and without credentials.
  static func at(_ address: String, branch: String, mirror folder: String) throws(CommandFailure)
    -> HistoryPlace
  {
    let remote = GitRemote(url: try url(of: address))
    return HistoryPlace(
      repository: GitRepository(directory: "\(folder)/repository", remote: remote),
      branches: [branch]
    )
  }

  /// The repositories that the cluster's GitSources name: that of one Rollout, or all of the namespace.
  static func inCluster(
    rollout name: String?,
    namespace: String,
    branch: String?,
    client: KubeClient,
    mirror folder: String
  ) async throws -> [HistoryPlace] {
    let access = GitAccess(client: client, directory: folder)
    var places: [HistoryPlace] = []
    let hint = "name the repository with --repo"
    for source in try await GitSource.found(for: name, namespace, client, hint: hint) {
      let own = source.writeBranch == source.branch ? [] : [source.writeBranch]
      do throws(GitAccessError) {
        let repository = try await access.reader(of: source)
        places.append(
          HistoryPlace(repository: repository, branches: branch.map { [$0] } ?? own + [source.branch])
        )
      } catch {
        switch error {
        case .cluster(let error): throw CommandFailure(error)
        case .badSecret(let message):
          throw CommandFailure(.failed, message, hint: "or \(hint)")
        }
      }
    }
    return places
  }

  /// An address as it is; of a path, the absolute one. A path that is not there is a mistake of use.
  static func url(of address: String) throws(CommandFailure) -> String {
    if let path = FileAccess.absolutePath(address) { return path }
    // `https://host/path` or `user@host:path`.
    if address.contains(":") { return address }
    throw CommandFailure(.usage, "reading the repository \(address): no such file or directory")
  }
}
