import Primitives

/// Counts of seconds that two looks share would be taken for twice as many, and the risk of a false alarm would be more
/// than what it is said to be.
extension MetricSpec {
  /// Counts that Prometheus is asked over a longer time than lies between two looks.
  func overlapIssues(_ spec: CompareSpec, _ path: String) -> [AnalysisIssue] {
    // An argument may say the interval.
    guard case .prometheus = provider, intervalText.isEmpty || interval != nil else { return [] }
    let pace = comparisonPace
    return spec.countQueries.compactMap { field, query in
      guard let range = Self.ranges(in: query).max(), range > pace else { return nil }
      let reason = "counts over \(range.goText) every \(pace.goText) would be counted more than once"
      return AnalysisIssue(path: "\(path).compare.\(field)", reason: "\(reason); ask for [\(pace.goText)]")
    }
  }

  /// The ranges of time in a PromQL query, `[5m]`; those that an argument is to fill in are left out.
  private static func ranges(in query: String) -> [Duration] {
    var ranges: [Duration] = []
    var quote: Character?
    var range: String?
    for character in query {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "]" || character == ":" {
        if let text = range, let duration = Duration(go: text) { ranges.append(duration) }
        range = nil
      } else if character == "[" {
        range = ""
      } else if "\"'`".contains(character) {
        quote = character
      } else if !character.isWhitespace {
        range?.append(character)
      }
    }
    return ranges
  }
}

extension CompareSpec {
  /// The queries that count, with their fields.
  fileprivate var countQueries: [(field: String, query: String)] {
    switch queries {
    case .counts(let canary, let stable):
      [
        ("counts.canary.bad", canary.bad), ("counts.canary.total", canary.total),
        ("counts.stable.bad", stable.bad), ("counts.stable.total", stable.total),
      ]
    case .histogram(let canary, let stable): [("histogram.canary", canary), ("histogram.stable", stable)]
    case .samples: []
    }
  }
}
