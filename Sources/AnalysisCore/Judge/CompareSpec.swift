package import Primitives

/// The field `compare` of a metric: what is asked about canary and stable, and how the answers are judged.
///
///     compare:
///       method: sequential            # or mannWhitney, groupSequential
///       counts:                       # one of counts, samples and histogram
///         canary: { bad: QUERY, total: QUERY }
///         stable: { bad: QUERY, total: QUERY }
///       tolerance: 1.2                # odds ratio that is put up with
///       harm: 2                       # odds ratio whose absence promotes early
///       risk: { alpha: 0.05, beta: 0.05 }
///       minSamples: 0
///       sampleRatio: { tolerance: 1.5, risk: 0.001 }   # or { check: false }
///       onInsufficientEvidence: hold  # or advance, abort
///
/// The queries go to the metric's provider in place of its own query.
package struct CompareSpec: Sendable, Hashable {
  /// What is asked.
  package enum Queries: Sendable, Hashable {
    /// Two numbers for each: bad and all requests of the look's seconds.
    case counts(canary: Counts, stable: Counts)
    /// A list of values for each.
    case samples(canary: String, stable: String)
    /// Cumulative bucket counts for each, by the label `le`, of the look's seconds; judged at the rule's bounds.
    case histogram(canary: String, stable: String)
  }

  /// Two count queries.
  package struct Counts: Sendable, Hashable {
    package let bad: String
    package let total: String

    package init(bad: String, total: String) {
      self.bad = bad
      self.total = total
    }
  }

  package let queries: Queries
  private let base: JudgeRule

  /// The rule for a release in which so many metrics compare; see ``JudgeRule/metricAlpha``.
  package func rule(metrics: Int) -> JudgeRule {
    var rule = base
    rule.metrics = max(1, metrics)
    return rule
  }

  /// Reads `compare` strictly; every unknown field and every wrong value is an issue with its path.
  package static func parse(_ json: JSONValue, at path: String) -> Result<CompareSpec, CompareIssues> {
    var reader = FieldReader(json, at: path)
    var rule = JudgeRule(&reader)
    var found: [(name: String, queries: Queries)] = []
    if let counts = reader.inside("counts", { Self.counts(&$0) }) { found.append(("counts", counts)) }
    if let samples = reader.inside(
      "samples",
      { Queries.samples(canary: $0.text("canary"), stable: $0.text("stable")) }
    ) {
      found.append(("samples", samples))
    }
    if let histogram = reader.inside("histogram", { Self.histogram(&$0, &rule) }) {
      found.append(("histogram", histogram))
    }
    check(found.map(\.name), rule, &reader)
    let issues = reader.finish()
    guard issues.isEmpty, let queries = found.first?.queries else { return .failure(CompareIssues(issues)) }
    return .success(CompareSpec(queries: queries, base: rule))
  }

  private static func check(_ found: [String], _ rule: JudgeRule, _ reader: inout FieldReader) {
    guard found.count == 1, let kind = found.first else {
      return reader.fail("", "exactly one of counts, samples and histogram is needed")
    }
    if case .mannWhitney = rule.method {
      if kind != "samples" { reader.fail(kind, "the method mannWhitney compares samples") }
    } else {
      if kind == "samples" {
        reader.fail(kind, "the method \(rule.method.name) compares counts or a histogram")
      }
      if rule.harm <= rule.tolerance { reader.fail("harm", "must be above the tolerance") }
    }
  }

  private static func counts(_ reader: inout FieldReader) -> Queries {
    func side(_ name: String, _ reader: inout FieldReader) -> Counts {
      let side = reader.inside(name) { Counts(bad: $0.text("bad"), total: $0.text("total")) }
      if side == nil { reader.fail(name, "is needed, with the queries bad and total") }
      return side ?? Counts(bad: "", total: "")
    }
    return .counts(canary: side("canary", &reader), stable: side("stable", &reader))
  }

  private static func histogram(_ reader: inout FieldReader, _ rule: inout JudgeRule) -> Queries {
    let bounds = reader.numbers("bounds", 0...1e12)
    if bounds == nil { reader.fail("bounds", "is needed: the upper bounds of buckets at which to compare") }
    if (bounds?.count ?? 0) > 8 { reader.fail("bounds", "at most 8 bounds") }
    rule.bounds = bounds ?? []
    return .histogram(canary: reader.text("canary"), stable: reader.text("stable"))
  }
}

/// What is wrong with a `compare`.
package struct CompareIssues: Error, Sendable, Hashable {
  package let issues: [AnalysisIssue]

  init(_ issues: [AnalysisIssue]) { self.issues = issues }
}
