package import Primitives

/// One metric of an AnalysisRun or a template, read leniently; the JSON stays the truth.
package struct MetricSpec: Sendable, Hashable {
  package let name: String
  /// A Go duration; empty when the metric is measured once. From the end of a measurement to the next.
  package let intervalText: String
  /// A Go duration from the run's start to the first measurement; empty for none.
  package let initialDelayText: String
  /// Nil when absent; a string that is no number counts as 0, as in Kubernetes' IntOrString.
  package let count: Int?
  /// Measurements that may fail; −1 switches the limit off.
  package let failureLimit: Int
  package let inconclusiveLimit: Int
  package let consecutiveErrorLimit: Int
  /// Whether the manifest has a `consecutiveErrorLimit`.
  let saysErrorLimit: Bool
  /// 0 switches the limit off.
  package let consecutiveSuccessLimit: Int
  package let successCondition: String
  package let failureCondition: String
  package let provider: ProviderSpec
  /// How many providers the manifest names; one is right.
  package let providerCount: Int
  /// The texts of `onEmpty`, `onNaN`, `onPartial` and `onError`, where they are given; see ``policy(for:)``.
  let gapPolicies: [AnswerGap: String]
  /// The requests that must stand behind a value, if the metric says so.
  package let minSamples: MinimumSamples?
  /// How canary and stable are compared, if the metric says so, or what is wrong with it.
  package let comparison: Result<CompareSpec, CompareIssues>?
  /// `provider` as it stands in the manifest.
  let providerJSON: JSONValue
  /// A Go duration, `10m` when none is given: how long the metric waits for evidence; see ``evidenceDeadline``.
  package let evidenceDeadlineText: String

  package init(_ json: JSONValue) {
    name = scalarText(json["name"])
    intervalText = scalarText(json["interval"])
    initialDelayText = scalarText(json["initialDelay"])
    count = intOrString(json["count"])
    failureLimit = intOrString(json["failureLimit"]) ?? 0
    inconclusiveLimit = intOrString(json["inconclusiveLimit"]) ?? 0
    consecutiveErrorLimit = intOrString(json["consecutiveErrorLimit"]) ?? 4
    consecutiveSuccessLimit = intOrString(json["consecutiveSuccessLimit"]) ?? 0
    successCondition = scalarText(json["successCondition"])
    failureCondition = scalarText(json["failureCondition"])
    saysErrorLimit = intOrString(json["consecutiveErrorLimit"]) != nil
    gapPolicies = Self.gapPolicies(json)
    minSamples = MinimumSamples(json["minSamples"], metricProvider: json["provider"] ?? .null)
    comparison = json["compare"].flatMap { $0.isNull ? nil : CompareSpec.parse($0, at: "compare") }
    providerJSON = json["provider"] ?? .null
    evidenceDeadlineText = scalarText(json["evidenceDeadline"])
    provider = ProviderSpec(json["provider"] ?? .null)
    providerCount = ProviderSpec.names(in: json["provider"] ?? .null).count
  }

  /// The interval, or nil when there is none or it is no duration.
  package var interval: Duration? { Duration(go: intervalText).map { min($0, Self.longest) } }

  /// The initial delay, zero when there is none or it is no duration.
  package var initialDelay: Duration { min(Duration(go: initialDelayText) ?? .zero, Self.longest) }

  /// How long the metric may go without evidence, because its provider is away or because too few requests stand
  /// behind the value, before it is Inconclusive.
  package var evidenceDeadline: Duration {
    let given = Duration(go: evidenceDeadlineText) ?? .seconds(600)
    return min(max(given, .zero), Self.longest)
  }

  /// The time between two looks of a comparison.
  package var comparisonPace: Duration { interval ?? .seconds(30) }

  /// How long a comparison may take, from its first look; nil when its looks are counted and nothing else is said.
  package var comparisonDeadline: Duration? {
    if Duration(go: evidenceDeadlineText) != nil { return evidenceDeadline }
    return count.map { $0 > 0 } == true ? nil : Self.usualComparison
  }

  /// An hour: with 200 requests/s and two errors in a thousand, a twentieth of it at the canary, doubled errors need a
  /// fifth of that.
  private static let usualComparison = Duration.seconds(3600)

  /// Longer waits count as this long (100 years), so that sums of times stay in range.
  private static let longest = Duration.seconds(3_155_760_000)

  /// How many measurements complete the metric: 1 when it compares, whatever its looks, or without count and interval,
  /// nil (unlimited) with an interval alone.
  package var effectiveCount: Int? {
    if compares { return 1 }
    if let count, count != 0 { return count }
    return intervalText.isEmpty ? 1 : nil
  }

  /// Whether too many failed measurements end the metric.
  package var hasFailureLimit: Bool { failureLimit >= 0 }

  /// Whether enough successes in a row end the metric.
  package var hasConsecutiveSuccessLimit: Bool { consecutiveSuccessLimit > 0 }
}

/// Kubernetes' IntOrString as a number: a string that is none counts as 0; nil when absent.
func intOrString(_ json: JSONValue?) -> Int? {
  switch json {
  case .null, nil: nil
  case .string(let text): Int(text) ?? 0
  case let other?: other.int ?? 0
  }
}
