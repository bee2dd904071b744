import KubeModel
package import Primitives
import RolloutCore
import TrafficPlans

extension ClusterSim {
  /// The ReplicaSet with the status that its controller would have written by now, and the resourceVersion that it
  /// would have led to.
  func withStatus(_ set: JSONValue) -> JSONValue {
    let pods = pods[set.name] ?? []
    let ready = pods.count { $0.isReady(at: now) }
    let isAvailable = now + .seconds(-(set.at("spec", "minReadySeconds")?.int ?? 0))
    let available = pods.count { $0.isReady(at: isAvailable) }
    var set = set
    set["status"] = [
      "availableReplicas": JSONValue(available), "observedGeneration": 1,
      "readyReplicas": JSONValue(ready), "replicas": JSONValue(pods.count),
    ]
    let written = "\(set.resourceVersion)-\(pods.count)-\(ready)-\(available)"
    set.set(.string(written), at: "metadata", "resourceVersion")
    return set
  }

  /// Brings the pods to the size of every ReplicaSet: pods that are not ready go first.
  mutating func reconcilePods() {
    for (name, set) in replicaSets.sorted(by: { $0.key < $1.key }) {
      let desired = set.spec["replicas"]?.int ?? 1
      var present = pods[name] ?? []
      if present.count > desired {
        let order = present.sorted { ($0.readyAt ?? .distantFuture) < ($1.readyAt ?? .distantFuture) }
        present = Array(order.prefix(desired))
        missedPodsRemoved += order.dropFirst(desired).count { $0.isMissed && !$0.isReady(at: now) }
      }
      while present.count < desired {
        let ready = readyTime(of: set, stuck: present.count { $0.readyAt == nil })
        present.append(makePod(of: set, readyAt: ready))
      }
      pods[name] = present
    }
    for (name, gone) in pods where replicaSets[name] == nil {
      missedPodsRemoved += gone.count { $0.isMissed && !$0.isReady(at: now) }
      pods[name] = nil
    }
  }

  /// Makes every pod of an image fail, those that run and those to come.
  package mutating func breakPods(ofImage image: String) {
    settings.brokenImages.insert(image)
    for (name, set) in replicaSets
    where containerImages(of: set.spec["template"] ?? .null).values.contains(image) {
      pods[name] = (pods[name] ?? []).map { $0.ready(at: nil) }
    }
  }

  /// Makes the pods of an image start again, as a repaired dependency would.
  package mutating func repairPods(ofImage image: String) {
    settings.brokenImages.remove(image)
    for (name, set) in replicaSets.sorted(by: { $0.key < $1.key })
    where containerImages(of: set.spec["template"] ?? .null).values.contains(image) {
      let ready = readyTime(of: set, stuck: .max)
      pods[name] = (pods[name] ?? []).map { $0.ready(at: $0.readyAt ?? ready) }
    }
  }

  private mutating func readyTime(of set: JSONValue, stuck: Int) -> Instant? {
    let delay = Int.random(in: settings.podStart, using: &random)
    let isBroken = containerImages(of: set.spec["template"] ?? .null).values.contains { image in
      settings.brokenImages.contains(image) || stuck < settings.stuckPods[image] ?? 0
    }
    return isBroken ? nil : now + .seconds(delay)
  }

  /// Moves time to the instant; what was due on the way has happened.
  package mutating func advance(to instant: Instant) {
    now = max(now, instant)
    for (key, seenAt) in routeSeenAt where seenAt <= now {
      routeSeenAt[key] = nil
      guard var route = routes[key] else {
        dataPlane[key] = nil
        continue
      }
      let accepted: JSONValue = [
        "type": "Accepted", "status": "True", "observedGeneration": JSONValue(route.generation),
      ]
      route.set([["conditions": [accepted]]], at: "status", "parents")
      route.set(nextVersion(), at: "metadata", "resourceVersion")
      routes[key] = route
      dataPlane[key] = route
    }
    for (name, end) in runEndsAt where end <= now {
      runEndsAt[name] = nil
      guard let run = analysisRuns[name], run.status["phase"] == "Running" else { continue }
      let isTerminated = run.spec["terminate"]?.bool == true
      let verdict = isTerminated ? "Successful" : verdict(of: run)
      if verdict != "Running" { analysisRuns[name]?["status"] = ["phase": .string(verdict)] }
    }
    tendExperiments()
  }

  private func verdict(of run: JSONValue) -> String {
    let kind = run.labels["rollout-type"] ?? ""
    return settings.verdicts[kind] ?? settings.verdicts[image(ofRun: run)] ?? "Successful"
  }

  private func image(ofRun run: JSONValue) -> String {
    if isOfExperiment(run) { return image(ofExperimentRun: run) }
    let hash = run.labels[RolloutNames.podTemplateHash] ?? ""
    let set = replicaSets.values.first { $0.labels[RolloutNames.podTemplateHash] == hash }
    return set.flatMap { containerImages(of: $0.spec["template"] ?? .null).values.first } ?? ""
  }

  /// When the world changes by itself next; nil when it stands still.
  package var nextChange: Instant? {
    var changes = Array(routeSeenAt.values) + runEndsAt.values + experimentWakes.values
    changes += pluginCalls.values.map(\.at)
    if let thaw = caches.nextThaw { changes.append(thaw) }
    for (name, pods) in pods {
      let delay = replicaSets[name]?.at("spec", "minReadySeconds")?.int ?? 0
      for ready in pods.lazy.compactMap(\.readyAt) where ready + .seconds(delay) > now {
        changes.append(ready > now ? ready : ready + .seconds(delay))
      }
    }
    return changes.filter { $0 > now }.min()
  }

  /// Pods that are ready behind a Service.
  package func readyPods(behind service: String) -> Int {
    replicaSets(behind: service).reduce(0) { $0 + readyPods(of: $1) }
  }

  /// Names of the ReplicaSets whose pods a Service selects.
  func replicaSets(behind service: String) -> [String] {
    guard let selector = services[service]?.at("spec", "selector")?.object else { return [] }
    return replicaSets.compactMap { name, set in
      guard let labels = set.at("spec", "template", "metadata")?["labels"] else { return nil }
      return selector.allSatisfy { labels[$0.key] == $0.value } ? name : nil
    }
  }

  /// Pods of the rollout that are ready in all.
  package var readyPods: Int { ownReplicaSets.reduce(0) { $0 + readyPods(of: $1.name) } }

  /// Pods of a ReplicaSet that are ready.
  package func readyPods(of set: String) -> Int { pods[set]?.count { $0.isReady(at: now) } ?? 0 }

  /// Takes ready pods away, newest ReplicaSet first, as a node that dies does; they come back after some seconds.
  package mutating func losePods(_ count: Int, for seconds: Int) {
    var rest = count
    for name in pods.keys.sorted() {
      for (index, pod) in (pods[name] ?? []).enumerated() where rest > 0 && pod.isReady(at: now) {
        pods[name]?[index] = pod.ready(at: now + .seconds(seconds), isMissed: true)
        rest -= 1
      }
    }
  }
}

extension Instant {
  fileprivate static var distantFuture: Instant { Instant(nanosecondsSinceEpoch: .max) }
}
