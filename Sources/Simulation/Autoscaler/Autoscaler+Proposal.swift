/// The count that follows from a reading, before it is made steadier: `replica_calculator.go` of Kubernetes, with its
/// tolerance of a tenth.
extension Autoscaler {
  package func proposal(_ reading: Reading) -> Int {
    switch metric {
    case .resource: byUtilization(reading)
    case .averageValue: byAverageValue(reading)
    }
  }

  /// `GetExternalPerPodMetricReplicas`, which `GetObjectPerPodMetricReplicas` equals.
  private func byAverageValue(_ reading: Reading) -> Int {
    guard reading.reported > 0 else { return reading.asked }
    let usage = Double(reading.load), target = Double(target * 10)
    guard !isTolerable(usage / (target * Double(reading.reported))) else { return reading.reported }
    return Int((usage / target).rounded(.up))
  }

  /// `GetResourceReplicas`: pods that are not ready count as idle where more are needed, those without a measurement as
  /// fully busy where fewer are.
  private func byUtilization(_ reading: Reading) -> Int {
    let pods = reading.pods
    // Whoever runs works, measured or not.
    let serving = pods.ready + pods.missing
    guard pods.ready > 0 else { return reading.asked }
    let usage = reading.load * pods.ready / serving
    let ratio = ratio(usage, of: pods.ready)
    let raisesWithUnready = pods.unready > 0 && ratio > 1
    guard raisesWithUnready || pods.missing > 0 else {
      return isTolerable(ratio) ? reading.asked : Int((ratio * Double(pods.ready)).rounded(.up))
    }
    var counted = pods.ready
    var added = 0
    if pods.missing > 0, ratio != 1 {
      counted += pods.missing
      if ratio < 1 { added = pods.missing * 10 * max(100, target) }
    }
    if raisesWithUnready { counted += pods.unready }
    let cautious = self.ratio(usage + added, of: counted)
    if isTolerable(cautious) || ratio < 1 && cautious > 1 || ratio > 1 && cautious < 1 {
      return reading.asked
    }
    let replicas = Int((cautious * Double(counted)).rounded(.up))
    let turns = cautious < 1 && replicas > reading.asked || cautious > 1 && replicas < reading.asked
    return turns ? reading.asked : replicas
  }

  /// `GetResourceUtilizationRatio`: the mean utilization is cut to whole percents.
  private func ratio(_ usage: Int, of pods: Int) -> Double {
    Double(usage * 100 / (pods * 1000)) / Double(target)
  }

  private func isTolerable(_ ratio: Double) -> Bool { (0.9...1.1).contains(ratio) }
}
