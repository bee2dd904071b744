package import KubeClient
import KubeModel
import Primitives
package import RolloutCore

/// Reads the pods of a rollout from the server, for the few plans that look at them: the controller caches none.
package struct PodReader: Sendable {
  private let client: KubeClient

  package init(client: KubeClient) { self.client = client }

  /// The snapshot with the pods of its ReplicaSets; unchanged when its plan does not need them.
  package func withPods(_ snapshot: Snapshot) async throws(KubeError) -> Snapshot {
    guard needsPods(snapshot) else { return snapshot }
    let hashes = snapshot.replicaSets.compactMap { $0.label(RolloutNames.podTemplateHash) }
    let owners = Set(snapshot.replicaSets.map(\.uid))
    let list = try await client.list(
      .pods,
      namespace: snapshot.rollout.namespace,
      selector: LabelSelector([.isIn(RolloutNames.podTemplateHash, hashes.sorted())])
    )
    var snapshot = snapshot
    snapshot.pods = list.items.filter { pod in
      (pod.controllerReference?["uid"]?.string).map(owners.contains) ?? false
    }
    return snapshot
  }
}
