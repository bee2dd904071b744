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

  /// Asks for another image.
  package mutating func setImage(_ image: String) {
    editSpec { spec in
      var containers = spec.at("template", "spec", "containers")?.array ?? []
      guard !containers.isEmpty else { return }
      containers[0]["image"] = .string(image)
      spec.set(.array(containers), at: "template", "spec", "containers")
    }
  }

  /// Patches the status, as the commands of the CLI do; null removes.
  package mutating func patchStatus(_ patch: JSONValue) {
    rollout["status"] = MergePatch.apply(patch, to: rollout["status"])
    rollout.set(nextVersion(), at: "metadata", "resourceVersion")
  }

  package mutating func abort() { patchStatus(["abort": true]) }

  package mutating func retry() { patchStatus(["abort": .null]) }

  package mutating func resume() { patchStatus(["pauseConditions": .null]) }

  package mutating func promoteFully() { patchStatus(["promoteFull": true]) }

  /// Loses all pods at once; their ReplicaSets make new ones.
  package mutating func losePods() {
    pods = [:]
    reconcilePods()
  }
}
