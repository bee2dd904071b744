import KubeModel
package import Primitives
import RolloutCore

/// What people and other tools do to a rollout.
extension ClusterSim {
  /// Edits the spec, as a push to Git or kubectl would.
  package mutating func editSpec(_ change: (inout JSONValue) -> Void) {
    var spec = rollout.spec
    change(&spec)
    guard spec != rollout.spec else { return }
    rollout["spec"] = spec
    rollout.set(JSONValue(rollout.generation + 1), at: "metadata", "generation")
    rollout.set(nextVersion(), at: "metadata", "resourceVersion")
  }

  /// Puts the workload that the rollout refers to into the world, with the first version of it that there is.
  mutating func provide(workload: JSONValue?) {
    self.workload = workload
    guard let selector = workload?.spec["selector"]?["matchLabels"] else { return }
    for name in services.keys { services[name]?.set(selector, at: "spec", "selector") }
  }

  /// Edits the workload that the rollout refers to.
  package mutating func editWorkload(_ change: (inout JSONValue) -> Void) {
    guard var edited = workload else { return }
    change(&edited)
    guard edited != workload else { return }
    edited.set(JSONValue(edited.generation + 1), at: "metadata", "generation")
    edited.set(nextVersion(), at: "metadata", "resourceVersion")
    workload = edited
  }

  /// Asks for another image.
  package mutating func setImage(_ image: String) {
    editTemplate { template in
      var containers = template.at("spec", "containers")?.array ?? []
      guard !containers.isEmpty else { return }
      containers[0]["image"] = .string(image)
      template.set(.array(containers), at: "spec", "containers")
    }
  }

  /// Edits the pod template where it is: in the rollout, or in the workload that it refers to.
  private mutating func editTemplate(_ change: (inout JSONValue) -> Void) {
    guard rollout.spec["workloadRef"] != nil else {
      var template = rollout.spec["template"] ?? .null
      change(&template)
      return editSpec { $0["template"] = template }
    }
    var template = workload?.spec["template"] ?? .null
    change(&template)
    editWorkload { $0.set(template, at: "spec", "template") }
  }

  /// Patches the status, as the commands of the CLI do; null removes.
  package mutating func patchStatus(_ patch: JSONValue) {
    rollout["status"] = MergePatch.apply(patch, to: rollout["status"])
    rollout.set(nextVersion(), at: "metadata", "resourceVersion")
  }

  package mutating func abort() { patchStatus(["abort": true]) }

  package mutating func retry() { patchStatus(["abort": .null]) }

  package mutating func resume() { patchStatus(["pauseConditions": .null]) }

  /// Goes on, as `promote` does: an inconclusive step is skipped, a pause is ended, and without one the step that
  /// runs is skipped (reference, section 8.2).
  package mutating func promote() {
    let status = RolloutStatus(rollout.status)
    if rollout.spec["paused"]?.bool == true { editSpec { $0["paused"] = false } }
    let next = status.currentStepIndex.map { JSONValue($0 + 1) } ?? .null
    if status.isControllerPause, !status.pauseConditions.isEmpty, status.stepAnalysis?.phase == "Inconclusive"
    {
      patchStatus(["pauseConditions": .null, "controllerPause": false, "currentStepIndex": next])
    } else if status.pauseConditions.isEmpty, RolloutSpec(rollout).canary != nil {
      patchStatus(["pauseConditions": .null, "currentStepIndex": next])
    } else {
      resume()
    }
  }

  /// Skips all that is left, as `promote --full` does; there must be something to promote.
  package mutating func promoteFully() {
    if rollout.spec["paused"]?.bool == true { editSpec { $0["paused"] = false } }
    let status = RolloutStatus(rollout.status)
    if status.currentPodHash != status.stableHash { patchStatus(["promoteFull": true]) }
  }

  /// Skips the present step, or all that are left.
  package mutating func skipStep(all: Bool = false) {
    let status = RolloutStatus(rollout.status)
    let count = RolloutSpec(rollout).canary?.steps.count ?? 0
    patchStatus(["currentStepIndex": JSONValue(all ? count : min(count, (status.currentStepIndex ?? 0) + 1))])
  }

  package mutating func scale(to replicas: Int) { editSpec { $0["replicas"] = JSONValue(replicas) } }

  /// Asks for new pods in place of those that exist now.
  package mutating func restart() {
    let instant = now.rfc3339
    editSpec { $0["restartAt"] = .string(instant) }
  }

  /// Asks for the pod template of an earlier revision; nothing happens when it is gone.
  package mutating func undo(toRevision revision: Int) {
    let sets = replicaSets.values.map { ReplicaSetView($0) }
    guard let set = sets.first(where: { $0.revision == revision }) else { return }
    let template = set.template
    editTemplate { $0 = template }
  }

  /// Creates a Service that selects the pods of every revision.
  package mutating func createService(_ name: String) { services[name] = makeService(name) }

  /// Loses all pods at once; their ReplicaSets make new ones.
  package mutating func losePods() {
    pods = [:]
    reconcilePods()
  }

  /// Deletes the Rollout without its dependents and applies it again.
  package mutating func recreateLeavingOrphans() {
    rollout["status"] = nil
    rollout.set(.string("7b1f0a53-0000-4000-8000-000000000002"), at: "metadata", "uid")
    rollout.set(nextVersion(), at: "metadata", "resourceVersion")
    for name in replicaSets.keys { replicaSets[name]?.set(nil, at: "metadata", "ownerReferences") }
  }

  /// Deletes a ReplicaSet, as a person would by mistake.
  package mutating func deleteReplicaSet(_ name: String) {
    replicaSets[name] = nil
    reconcilePods()
  }
}
