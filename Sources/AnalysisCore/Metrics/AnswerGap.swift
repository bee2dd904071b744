import Primitives

/// Why a measurement has no value about which conditions can decide.
package enum AnswerGap: String, Sendable, Hashable, CaseIterable {
  /// The provider answered, but with nothing, and no condition says what nothing means.
  case empty
  /// A comparison with NaN decided, and no condition says what NaN means.
  case notANumber = "NaN"
  /// The provider says itself that a part of the data is missing.
  case partial
  /// The question was refused, or the answer cannot be read or judged.
  case error

  /// The field of a metric that holds the policy.
  package var field: String {
    switch self {
    case .empty: "onEmpty"
    case .notANumber: "onNaN"
    case .partial: "onPartial"
    case .error: "onError"
    }
  }

  /// Under this key a measurement's metadata names its gap; an Error measurement without it is an error.
  static let metadataKey = "answer"
}

/// What measurements without a value lead to. Success is none of the choices.
package enum GapPolicy: String, Sendable, Hashable, CaseIterable {
  /// They are retried as errors are; more in a row than `consecutiveErrorLimit` make the metric Inconclusive.
  case inconclusive
  /// The same, but the metric ends as Error, as in Argo Rollouts.
  case error
  /// Each is a Failed measurement, which counts against `failureLimit`.
  case fail
}

extension MetricSpec {
  /// The policy for a gap: as the metric says; else inconclusive.
  ///
  /// A metric that says `consecutiveErrorLimit` has said what errors in a row are to it, in Argo Rollouts' words:
  /// there `onError` is `error` unless the metric says otherwise.
  package func policy(for gap: AnswerGap) -> GapPolicy {
    if let policy = GapPolicy(rawValue: gapPolicies[gap] ?? "") { return policy }
    return gap == .error && saysErrorLimit ? .error : .inconclusive
  }

  static func gapPolicies(_ json: JSONValue) -> [AnswerGap: String] {
    var policies: [AnswerGap: String] = [:]
    for gap in AnswerGap.allCases {
      let text = scalarText(json[gap.field])
      if !text.isEmpty { policies[gap] = text }
    }
    return policies
  }

  func gapIssues(_ issue: (String, String) -> AnalysisIssue) -> [AnalysisIssue] {
    AnswerGap.allCases.compactMap { gap in
      guard let text = gapPolicies[gap], GapPolicy(rawValue: text) == nil else { return nil }
      return issue(gap.field, "\(gap.field) must be inconclusive, error or fail, not \(text)")
    }
  }
}
