import KubeModel
package import Primitives

/// The specification of an AnalysisRun with its arguments put in and its rules applied to metrics.
struct ResolvedRun: Sendable {
  /// Why a run can never be measured; the text is its status message.
  struct Failure: Error {
    let message: String
  }

  let metrics: [MetricSpec]
  /// Names of the metrics that are measured without effect on the run.
  let dryRun: Set<String>
  /// How many measurements are kept, where a rule says so.
  let retention: [String: Int]
  let isTerminated: Bool

  init(_ run: JSONValue) throws(Failure) {
    let spec = run.spec
    let metrics = try Self.metrics(of: spec)
    let names = metrics.map(\.name)
    let dryRunRules = spec["dryRun"]?.array ?? []
    let retentionRules = spec["measurementRetention"]?.array ?? []
    var dryRun: Set<String> = []
    for (index, rule) in dryRunRules.enumerated() {
      dryRun.formUnion(try Self.match(rule, names, at: "dryRun[\(index)]"))
    }
    var retention: [String: Int] = [:]
    for (index, rule) in retentionRules.enumerated() {
      for name in try Self.match(rule, names, at: "measurementRetention[\(index)]") {
        retention[name] = max(retention[name] ?? 0, intOrString(rule["limit"]) ?? 0)
      }
    }
    if let reason = Self.problem(metrics, dryRun: dryRun) {
      throw Failure(message: "Analysis spec invalid: \(reason)")
    }
    self.metrics = metrics
    self.dryRun = dryRun
    self.retention = retention.filter { $0.value > 0 }
    isTerminated = spec["terminate"]?.bool ?? false
  }

  func metric(named name: String) -> MetricSpec? { metrics.first { $0.name == name } }

  private static func metrics(of spec: JSONValue) throws(Failure) -> [MetricSpec] {
    do throws(ArgumentError) {
      return try resolvedMetrics(of: spec, secrets: [:])
    } catch {
      throw Failure(message: "Unable to resolve metric arguments: \(error)")
    }
  }

  /// The metrics whose name the rule's pattern finds; the pattern matches anywhere in a name, and `*` alone matches
  /// every name, as the documentation of Argo Rollouts promises.
  private static func match(_ rule: JSONValue, _ names: [String], at path: String) throws(Failure) -> [String]
  {
    let text = scalarText(rule["metricName"])
    do throws(PatternError) {
      let pattern = try Pattern(text == "*" ? ".*" : text)
      let found = names.filter(pattern.matches)
      if !found.isEmpty { return found }
    } catch {
      throw Failure(message: "Analysis spec invalid: \(path): \(error)")
    }
    throw Failure(message: "Analysis spec invalid: \(path): Rule didn't match any metric name(s)")
  }

  /// The first thing that makes the metrics unfit to be measured. A dry-run metric may be broken in ways that its
  /// measurements will show, since it must not decide about the run.
  private static func problem(_ metrics: [MetricSpec], dryRun: Set<String>) -> String? {
    if metrics.isEmpty { return "no metrics specified" }
    var seen: Set<String> = []
    for (index, metric) in metrics.enumerated() {
      guard seen.insert(metric.name).inserted else {
        return "metrics[\(index)]: duplicate name '\(metric.name)'"
      }
      let issues = metric.issues(at: "").filter { issue in
        let isMeasured = issue.path.hasPrefix(".provider") || issue.path.hasSuffix("Condition")
        return !(dryRun.contains(metric.name) && isMeasured && metric.providerCount == 1)
      }
      guard let issue = issues.first else { continue }
      let field = issue.path.hasSuffix("Condition") ? "\(issue.path.dropFirst()): " : ""
      return "metrics[\(index)]: \(field)\(issue.reason)"
    }
    return nil
  }
}

/// The metrics of a run's or template's `spec` with its arguments put in.
///
/// The error says what could not be resolved, without the prefix that a run's message has.
package func resolvedMetrics(
  of spec: JSONValue,
  secrets: [SecretKeyReference: String]
) throws(ArgumentError) -> [MetricSpec] {
  let arguments = (spec["args"]?.array ?? []).map(AnalysisArgument.init)
  let substitution = try ArgumentSubstitution(arguments, secrets: secrets)
  var metrics: [MetricSpec] = []
  for metric in spec["metrics"]?.array ?? [] {
    metrics.append(MetricSpec(try substitution.apply(to: metric)))
  }
  return metrics
}

/// The keys of Secrets that the arguments of a run's `spec` are read from.
package func secretsNeeded(by spec: JSONValue) -> [SecretKeyReference] {
  (spec["args"]?.array ?? []).map(AnalysisArgument.init).filter { $0.value == nil }.compactMap(\.secret)
}
