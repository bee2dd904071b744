import KubeModel
import Primitives
import RolloutCore

/// A rollout in the middle of a release with an autoscaler over it, at constant load: the real planner in a closed loop
/// (user pain 5.11).
package struct AutoscalerLoop: Sendable {
  package private(set) var sim: ClusterSim
  private var autoscaler: Autoscaler
  private let load: Int
  /// `spec.replicas` after each look of the autoscaler, while anything moved.
  package private(set) var sizes: [Int] = []
  package private(set) var plans = 0

  /// A loop over the world as it is; `load` is in thousandths of what one pod requests.
  package init(_ sim: ClusterSim, _ autoscaler: Autoscaler, load: Int) {
    self.sim = sim
    self.autoscaler = autoscaler
    self.load = load
  }

  /// Lets the autoscaler look until the count that is asked for asks for itself, with all pods measured and nothing
  /// left to do for the planner, and answers whether it came to that within so many looks.
  package mutating func comesToRest(within looks: Int = 400) -> Bool {
    var isQuiet = false
    for _ in 0..<looks {
      let reading = reading
      let proposal = autoscaler.proposal(reading)
      let next = autoscaler.decide(reading, at: sim.now)
      if isQuiet, proposal == reading.asked, reading.pods.unready + reading.pods.missing == 0 {
        plans += 1
        let plan = plan(sim.snapshot())
        return plan.effects.isEmpty && plan.statusPatch == nil
      }
      if next != reading.asked {
        sizes.append(next)
        sim.scale(to: next)
      } else if isQuiet {
        // Nothing moves but the clock: the planner has nothing to look at.
        sim.advance(to: sim.now + .seconds(Autoscaler.period))
        continue
      }
      isQuiet = run(seconds: Autoscaler.period)
    }
    return false
  }

  /// What the autoscaler sees through the scale subresource and of the pods that its selector matches. A pod counts
  /// once it was ready for a whole period; before that it was measured while it started, or not at all.
  private var reading: Autoscaler.Reading {
    let status = sim.rollout.status
    let selector = status["selector"]?.string ?? ""
    var pods = Autoscaler.Pods(ready: 0)
    for (name, set) in sim.replicaSets {
      guard let labels = set.at("spec", "template", "metadata")?["labels"]?.strings,
        Self.matches(selector, labels)
      else { continue }
      for pod in sim.pods[name] ?? [] {
        if pod.isReady(at: sim.now + .seconds(-2 * Autoscaler.period)) {
          pods.ready += 1
        } else if pod.isReady(at: sim.now + .seconds(-Autoscaler.period)) {
          pods.missing += 1
        } else {
          pods.unready += 1
        }
      }
    }
    return Autoscaler.Reading(
      load: load,
      asked: sim.rollout.spec["replicas"]?.int ?? 0,
      reported: status["HPAReplicas"]?.int ?? 0,
      pods: pods
    )
  }

  /// Whether pods with these labels are among those of a selector that asks for labels by their values.
  private static func matches(_ selector: String, _ labels: [String: String]) -> Bool {
    selector.split(separator: ",").allSatisfy { requirement in
      let parts = requirement.split(separator: "=", maxSplits: 1).map(String.init)
      return parts.count == 2 && labels[parts[0]] == parts[1]
    }
  }

  /// Runs the world and answers whether nothing happened and nothing is to come.
  private mutating func run(seconds: Int) -> Bool {
    var performed = 0
    sim.run(for: .seconds(seconds)) { _, _ in performed += 1 }
    plans += performed + 2
    return performed == 0 && sim.nextChange == nil
  }
}
