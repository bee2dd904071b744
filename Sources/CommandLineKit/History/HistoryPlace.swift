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
    for source in try await sources(of: name, namespace, client) {
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
          throw CommandFailure(.failed, message, hint: "or name the repository with --repo")
        }
      }
    }
    return places
  }

  private static func sources(
    of name: String?,
    _ namespace: String,
    _ client: KubeClient
  ) async throws(CommandFailure) -> [GitSource] {
    guard let name else {
      let objects = try await onCluster { () async throws(KubeError) in
        try await client.list(.gitSources, namespace: namespace).items
      }
      guard !objects.isEmpty else {
        throw CommandFailure(.failed, "there is no GitSource in namespace \(namespace)", hint: hint)
      }
      return objects.map(GitSource.init)
    }
    let rollout = try await onCluster { () async throws(KubeError) in
      try await client.get(.rollouts, namespace: namespace, name: name)
    }
    guard let key = gitSourceKey(of: rollout) else {
      throw CommandFailure(.failed, "rollout \(ObjectKey(rollout)) did not come from a GitSource", hint: hint)
    }
    let source = try await onCluster { () async throws(KubeError) in
      try await client.get(.gitSources, namespace: key.namespace, name: key.name)
    }
    return [GitSource(source)]
  }

  private static let hint = "name the repository with --repo"

  /// An address as it is; of a path, the absolute one. A path that is not there is a mistake of use.
  static func url(of address: String) throws(CommandFailure) -> String {
    if let path = FileAccess.absolutePath(address) { return path }
    // `https://host/path` or `user@host:path`.
    if address.contains(":") { return address }
    throw CommandFailure(.usage, "reading the repository \(address): no such file or directory")
  }
}
