/// A HorizontalPodAutoscaler as Kubernetes computes it (`replica_calculator.go`): the ratio of usage to target, a
/// tolerance of a tenth in which nothing changes, and rounding up.
package struct Autoscaler: Sendable {
  /// What it measures.
  package enum Metric: Sendable, Hashable, CaseIterable {
    /// The usage of the pods that the scale's selector matches, in percent of what they request.
    case resource
    /// An external value that is divided by the replicas that the scale's status reports, as KEDA has it.
    case averageValue
  }

  package let metric: Metric
  /// Percent that a pod should use, or the value that it should carry.
  package let target: Double

  package init(metric: Metric, target: Double = 50) {
    self.metric = metric
    self.target = target
  }

  /// Replicas for a load, given in pods at 100 percent, where the scale asks for `asked` and reports `reported` replicas
  /// and its selector matches `matched` ready pods.
  package func replicas(load: Double, asked: Int, reported: Int, matched: Int) -> Int {
    switch metric {
    case .resource:
      guard matched > 0 else { return asked }
      // Kubernetes keeps whole percents here.
      let usage = Double(Int(load * 100 / Double(matched)))
      let ratio = usage / target
      return Self.isTolerable(ratio) ? asked : max(1, Int((ratio * Double(matched)).rounded(.up)))
    case .averageValue:
      guard reported > 0 else { return asked }
      let ratio = load * 100 / (target * Double(reported))
      return Self.isTolerable(ratio) ? reported : max(1, Int((load * 100 / target).rounded(.up)))
    }
  }

  private static func isTolerable(_ ratio: Double) -> Bool { abs(1 - ratio) <= 0.1 }
}
