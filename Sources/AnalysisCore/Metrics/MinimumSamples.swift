import Primitives

/// How many requests must stand behind a value before it counts: the field `minSamples` of a metric.
///
/// `{ count: 100, query: … }` asks the metric's own provider another query, `{ count: 100, provider: … }` any provider;
/// the sum of the numbers in the answer is the number of requests, and no data are none.
package struct MinimumSamples: Sendable, Hashable {
  /// The least number of requests.
  package let count: Double
  /// Whom to ask for the number of requests.
  package let provider: ProviderSpec

  /// Nil when the metric has no such field.
  init?(_ json: JSONValue?, metricProvider: JSONValue) {
    guard let json, json.object?.isEmpty == false else { return nil }
    count = json["count"]?.double ?? Double(scalarText(json["count"])) ?? .nan
    if let own = json["provider"], !own.isNull {
      provider = ProviderSpec(own)
      return
    }
    provider = ProviderSpec(MetricSpec.provider(metricProvider, asking: json["query"]))
  }

  /// The number of requests that an answer tells of; nil when it holds something else than numbers.
  package static func samples(in value: MetricValue) -> Double? {
    switch value {
    case .missing, .json(.null): 0
    case .number(let number): number.isNaN ? 0 : number
    case .list(let numbers): numbers.reduce(0) { $1.isNaN ? $0 : $0 + $1 }
    case .json(let json): json.double ?? json.array.flatMap(sum)
    case .text(let text): Double(text)
    }
  }

  private static func sum(_ elements: [JSONValue]) -> Double? {
    let numbers = elements.compactMap(\.double)
    return numbers.count == elements.count ? numbers.reduce(0, +) : nil
  }

  func issues(_ issue: (String, String) -> AnalysisIssue) -> [AnalysisIssue] {
    var issues: [AnalysisIssue] = []
    if !(count > 0) { issues.append(issue("minSamples.count", "a number of requests above 0 is needed")) }
    switch provider {
    case .prometheus(let query) where query.query.isEmpty:
      issues.append(issue("minSamples.query", "a query for the number of requests is needed"))
    case .job:
      issues.append(issue("minSamples", "a Job counts no requests; minSamples.provider must say who does"))
    default: break
    }
    return issues
  }
}
