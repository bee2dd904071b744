import GitOpsCore
import KubeClient
import KubeModel
import RolloutCore

extension GitSource {
  /// The source of a Rollout, or all of the namespace when none is named.
  static func found(
    for name: String?,
    _ namespace: String,
    _ client: KubeClient,
    hint: String = ""
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
}
