/// What a comparison has come to.
package struct ComparisonVerdict: Sendable, Hashable {
  /// Running while evidence is collected; else Failed, Successful or Inconclusive, for ever.
  package let phase: AnalysisPhase
  package let reason: Reason

  package init(_ phase: AnalysisPhase, _ reason: Reason) {
    self.phase = phase
    self.reason = reason
  }

  /// Why, in one word.
  package enum Reason: String, Sendable, Hashable, CaseIterable {
    /// The canary fails more often than the tolerance allows.
    case harmful = "Harmful"
    /// Harm is ruled out.
    case harmless = "Harmless"
    /// Neither is shown.
    case insufficientEvidence = "InsufficientEvidence"
    /// The canary does not get the requests that its weight says; nothing is its fault then.
    case sampleRatioMismatch = "SampleRatioMismatch"
    /// No look has had values of both yet.
    case notMeasured = "NotMeasured"
    /// Fewer requests or values than `minSamples`.
    case tooFewSamples = "TooFewSamples"
  }
}

/// What the numbers of a comparison come to; natural logarithms of e-values, and for tests with few looks their z or
/// probability beside the boundary.
package struct ComparisonEvidence: Sendable, Hashable {
  /// That the canary is worse than the tolerance: ln e, or z, or the lower end of the interval of the shift.
  package var harm = 0.0
  /// From where on it fails.
  package var harmBoundary = Double.infinity
  /// That harm is ruled out.
  package var safety = 0.0
  package var safetyBoundary = Double.infinity
  /// ln e that the routing is wrong.
  package var mismatch = 0.0
  package var mismatchBoundary = Double.infinity

  package init() {}

  var isHarmful: Bool { harm >= harmBoundary }
  var isHarmless: Bool { safety >= safetyBoundary }
  var isMismatched: Bool { mismatch >= mismatchBoundary }
}
