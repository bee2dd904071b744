import Primitives

/// What is wrong with a specification, and where.
package struct AnalysisIssue: Error, Sendable, Hashable, CustomStringConvertible {
  /// Such as `spec.metrics[0].successCondition`.
  package let path: String
  package let reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String { "\(path): \(reason)" }
}

extension MetricSpec {
  /// What is wrong with the metric, gravest first; paths begin with the given one (`spec.metrics[0]`).
  ///
  /// Arguments must have been substituted, or stand where any text may stand.
  package func issues(at path: String) -> [AnalysisIssue] {
    func issue(_ field: String, _ reason: String) -> AnalysisIssue {
      AnalysisIssue(path: field.isEmpty ? path : "\(path).\(field)", reason: reason)
    }
    var issues: [AnalysisIssue] = []
    if name.isEmpty { issues.append(issue("name", "a metric needs a name")) }
    issues += limitIssues(issue) + timeIssues(issue) + providerIssues(at: path, issue)
    if provider.usesConditions { issues += conditionIssues(issue) }
    issues += gapIssues(issue) + comparisonIssues(path) + (minSamples?.issues(issue) ?? [])
    if !evidenceDeadlineText.isEmpty, Duration(go: evidenceDeadlineText) == nil {
      issues.append(issue("evidenceDeadline", "invalid evidenceDeadline string: \(evidenceDeadlineText)"))
    }
    return issues
  }

  private func limitIssues(_ issue: (String, String) -> AnalysisIssue) -> [AnalysisIssue] {
    var issues: [AnalysisIssue] = []
    if consecutiveSuccessLimit < 0 {
      issues.append(issue("consecutiveSuccessLimit", "consecutiveSuccessLimit must be >= 0"))
    }
    if failureLimit < -1 {
      issues.append(issue("failureLimit", "failureLimit must be >= -1, where -1 switches it off"))
    }
    if failureLimit == -1, consecutiveSuccessLimit == 0 {
      issues.append(
        issue("failureLimit", "failureLimit may be -1 only together with a consecutiveSuccessLimit")
      )
    }
    if inconclusiveLimit < 0 {
      issues.append(issue("inconclusiveLimit", "inconclusiveLimit must be >= 0"))
    }
    if consecutiveErrorLimit < 0 {
      issues.append(issue("consecutiveErrorLimit", "consecutiveErrorLimit must be >= 0"))
    }
    guard let count, count > 0 else { return issues }
    if failureLimit >= 0, count < failureLimit.addingClamped(consecutiveSuccessLimit) {
      let sum = consecutiveSuccessLimit > 0 ? "failureLimit + consecutiveSuccessLimit" : "failureLimit"
      issues.append(issue("count", "count must be >= \(sum)"))
    }
    if failureLimit == -1, count < consecutiveSuccessLimit {
      issues.append(issue("count", "count must be >= consecutiveSuccessLimit"))
    }
    if count < inconclusiveLimit { issues.append(issue("count", "count must be >= inconclusiveLimit")) }
    return issues
  }

  private func timeIssues(_ issue: (String, String) -> AnalysisIssue) -> [AnalysisIssue] {
    var issues: [AnalysisIssue] = []
    if let count, count > 1, intervalText.isEmpty {
      issues.append(issue("interval", "interval must be specified when count > 1"))
    }
    if !intervalText.isEmpty, interval == nil {
      issues.append(issue("interval", "invalid interval string: \(intervalText)"))
    }
    if !initialDelayText.isEmpty, Duration(go: initialDelayText) == nil {
      issues.append(issue("initialDelay", "invalid initialDelay string: \(initialDelayText)"))
    }
    return issues
  }

  private func providerIssues(
    at path: String,
    _ issue: (String, String) -> AnalysisIssue
  ) -> [AnalysisIssue] {
    if providerCount == 0 { return [issue("provider", "no provider specified")] }
    if providerCount > 1 { return [issue("provider", "multiple providers specified")] }
    // A metric that compares has its queries there.
    return provider.issues(at: "\(path).provider").filter { !compares || !$0.path.hasSuffix(".query") }
  }

  private func conditionIssues(_ issue: (String, String) -> AnalysisIssue) -> [AnalysisIssue] {
    var issues: [AnalysisIssue] = []
    for (field, text) in [("successCondition", successCondition), ("failureCondition", failureCondition)]
    where !text.isEmpty {
      do throws(ExpressionError) {
        let nature = try ConditionExpression(parsing: text).nature
        guard nature != .bool, nature != .unknown else { continue }
        issues.append(issue(field, "expected bool, but got \(nature.name)"))
      } catch {
        issues.append(issue(field, error.description))
      }
    }
    return issues
  }
}

extension Int {
  fileprivate func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
