package import Primitives

/// A HorizontalPodAutoscaler as Kubernetes runs it, with its default behaviour: every 15 seconds it proposes a count,
/// goes up at once but by 4 pods or 100 percent at most, and goes down to the highest count that it proposed within the
/// last 300 seconds (`horizontal.go`, and "Default Behavior" in its documentation).
package struct Autoscaler: Sendable {
  /// What it measures.
  package enum Metric: String, Sendable, Hashable, CaseIterable {
    /// `Resource` with `averageUtilization`: the usage of the pods that the scale's selector matches, in percent of what
    /// they request.
    case resource
    /// `External` or `Object` with `averageValue`: a value divided by the replicas that the scale's status reports, as
    /// KEDA has it.
    case averageValue
  }

  /// Seconds between two looks.
  package static let period = 15
  private static let window = Duration.seconds(300)

  package let metric: Metric
  /// Percent of its request that a pod should use.
  package let target: Int
  private var proposals: [(at: Instant, replicas: Int)] = []

  package init(metric: Metric, target: Int = 50) {
    self.metric = metric
    self.target = target
  }

  /// What it sees at one look.
  package struct Reading: Sendable, Hashable {
    /// Usage of all pods together, in thousandths of a pod's request.
    package var load: Int
    /// `spec.replicas` of the scale.
    package var asked: Int
    /// `status.replicas` of the scale.
    package var reported: Int
    /// Pods that the scale's selector matches, by how they count.
    package var pods: Pods

    package init(load: Int, asked: Int, reported: Int, pods: Pods) {
      self.load = load
      self.asked = asked
      self.reported = reported
      self.pods = pods
    }
  }

  /// Pods as `groupPods` of `replica_calculator.go` tells them apart.
  package struct Pods: Sendable, Hashable {
    /// Those whose usage counts.
    package var ready: Int
    /// Those that are pending or not ready, or were not when they were measured last.
    package var unready: Int
    /// Those that run but were not measured yet.
    package var missing: Int

    package init(ready: Int, unready: Int = 0, missing: Int = 0) {
      self.ready = ready
      self.unready = unready
      self.missing = missing
    }
  }

  /// What it writes into `spec.replicas` at this look.
  package mutating func decide(_ reading: Reading, at now: Instant) -> Int {
    guard reading.asked > 0 else { return reading.asked }
    if proposals.isEmpty { proposals.append((now, reading.asked)) }
    let proposal = max(1, proposal(reading))
    proposals.removeAll { $0.at < now + (.zero - Self.window) }
    proposals.append((now, proposal))
    if proposal > reading.asked { return min(proposal, max(reading.asked + 4, reading.asked * 2)) }
    return min(reading.asked, proposals.lazy.map(\.replicas).max() ?? proposal)
  }
}
