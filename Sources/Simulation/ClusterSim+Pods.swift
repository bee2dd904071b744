import KubeModel
import Primitives
import RolloutCore

/// Pods as objects, for the few plans that look at them.
extension ClusterSim {
  /// The pods of every ReplicaSet as the API would list them.
  var podObjects: [JSONValue] {
    replicaSets.values.sorted { $0.name < $1.name }.flatMap { set in
      (pods[set.name] ?? []).map { object(of: $0, in: set) }
    }
  }

  private func object(of pod: Pod, in set: JSONValue) -> JSONValue {
    var metadata = pod.metadata
    metadata["name"] = .string(pod.name)
    metadata["namespace"] = .string(set.namespace)
    metadata["uid"] = .string("pod-\(pod.name)")
    metadata["creationTimestamp"] = .string(pod.createdAt.rfc3339)
    metadata["ownerReferences"] = [controllerReference(to: set)]
    let ready = pod.readyAt.flatMap { $0 <= now ? $0 : nil }
    let condition: JSONValue = [
      "type": "Ready", "status": ready == nil ? "False" : "True",
      "lastTransitionTime": .string((ready ?? pod.createdAt).rfc3339),
    ]
    return [
      "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": ["conditions": [condition]],
    ]
  }

  /// A pod that its ReplicaSet's controller makes now.
  mutating func makePod(of set: JSONValue, readyAt: Instant?) -> Pod {
    podCount += 1
    return Pod(
      name: "\(set.name)-\(podCount)",
      createdAt: Instant(secondsSinceEpoch: now.secondsSinceEpoch),
      metadata: set.at("spec", "template", "metadata") ?? .object([:]),
      readyAt: readyAt
    )
  }

  /// An eviction that leaves fewer ready pods than the budget protects is refused, which is no error.
  mutating func evict(_ name: String) {
    for (set, pods) in self.pods {
      guard let index = pods.firstIndex(where: { $0.name == name }) else { continue }
      let isReady = pods[index].readyAt.map { $0 <= now } ?? false
      if isReady, readyPods - 1 < settings.minAvailable { return }
      if !isReady, pods[index].isMissed { missedPodsRemoved += 1 }
      self.pods[set]?.remove(at: index)
      reconcilePods()
      guard isReady, let last = self.pods[set]?.indices.last else { return }
      self.pods[set]?[last].isMissed = true
      self.pods[set]?[last].isReplacement = true
    }
  }

  mutating func setMetadata(
    ofPod name: String,
    _ labels: [String: String?],
    _ annotations: [String: String?]
  ) {
    for (set, pods) in self.pods {
      guard let index = pods.firstIndex(where: { $0.name == name }) else { continue }
      for (field, changes) in [("labels", labels), ("annotations", annotations)] {
        for (key, value) in changes {
          self.pods[set]?[index].metadata.set(value.map { .string($0) }, at: field, key)
        }
      }
    }
  }
}
