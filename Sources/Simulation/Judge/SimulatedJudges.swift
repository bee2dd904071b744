import AnalysisCore

/// A way to judge, as it is met in the field.
package enum SimulatedJudge: String, Sendable, CaseIterable {
  /// The canary's success rate must be at least 99 %; four looks below end it (`failureLimit: 3`).
  case fixedThreshold = "fixed threshold"
  /// A z-test of the two rates in every look by itself, at 5 %.
  case intervalTest = "z-test per look"
  /// A Mann-Whitney test of six values of 5 seconds each, at 5 %, in every look by itself.
  case rankTest = "Mann-Whitney per look"
  /// Serin's default.
  case serin = "Serin"
}

/// The state of all judges in one history.
struct JudgePanel {
  private var below = 0
  private var progress: ComparisonProgress
  /// The look, from 1, at which each judge aborted.
  private(set) var aborted: [SimulatedJudge: Int] = [:]
  /// The look at which Serin promoted early.
  private(set) var promoted: Int?

  /// The judges of one of so many metrics of a release.
  init(metrics: Int) { progress = ComparisonProgress(ComparisonRecord(rule: JudgeRule(metrics: metrics))) }

  mutating func look(_ index: Int, _ look: SimulatedLook) {
    func abort(_ judge: SimulatedJudge, if condition: Bool) {
      if condition, aborted[judge] == nil { aborted[judge] = index + 1 }
    }
    if Double(look.whole.canaryBad) > 0.01 * Double(look.whole.canary) { below += 1 }
    abort(.fixedThreshold, if: below > 3)
    abort(.intervalTest, if: Self.z(look.whole) > 1.6448536269514722)
    if aborted[.rankTest] == nil { abort(.rankTest, if: Self.ranks(look.parts) <= 0.05) }
    progress.look(Self.comparison(look))
    let verdict = progress.record.verdict
    abort(.serin, if: verdict.phase == .failed)
    if verdict.phase == .successful, promoted == nil { promoted = index + 1 }
  }

  private static func comparison(_ look: SimulatedLook) -> ComparisonLook {
    ComparisonLook(
      canary: .counts(bad: [Double(look.whole.canaryBad)], total: Double(look.whole.canary)),
      stable: .counts(bad: [Double(look.whole.stableBad)], total: Double(look.whole.stable)),
      weight: look.weight,
      seconds: JudgeScenario.secondsPerLook
    )
  }

  private static func z(_ look: SimulatedCounts) -> Double {
    guard look.canary > 0, look.stable > 0 else { return 0 }
    let (n, m) = (Double(look.canary), Double(look.stable))
    let pooled = Double(look.canaryBad + look.stableBad) / (n + m)
    let deviation = (pooled * (1 - pooled) * (1 / n + 1 / m)).squareRoot()
    return deviation > 0 ? (Double(look.canaryBad) / n - Double(look.stableBad) / m) / deviation : 0
  }

  private static func ranks(_ fine: [SimulatedCounts]) -> Double {
    let parts = fine.filter { $0.canary > 0 && $0.stable > 0 }
    guard !parts.isEmpty else { return 1 }
    let canary = parts.map { Double($0.canaryBad) / Double($0.canary) }
    let stable = parts.map { Double($0.stableBad) / Double($0.stable) }
    return MannWhitney(canary, stable).asymptotic(.greater)
  }
}
