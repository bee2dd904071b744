import KubeModel
package import Primitives

/// What is wrong with an AnalysisTemplate, ClusterAnalysisTemplate or AnalysisRun as it stands in a manifest.
///
/// Arguments that have no value here count as `0`, which can stand for a number, a duration or a text, so that
/// everything around them is still checked.
package func analysisIssues(in object: JSONValue) -> [AnalysisIssue] {
  let arguments = (object.spec["args"]?.array ?? []).map { json in
    let argument = AnalysisArgument(json)
    return AnalysisArgument(name: argument.name, value: argument.value ?? "0")
  }
  let metrics = object.spec["metrics"]?.array ?? []
  let isComposed = object.spec["templates"]?.array?.isEmpty == false
  var issues: [AnalysisIssue] = []
  if metrics.isEmpty, !isComposed {
    issues.append(AnalysisIssue(path: "spec.metrics", reason: "no metrics specified"))
  }
  var seen: Set<String> = []
  for (index, json) in metrics.enumerated() {
    let path = "spec.metrics[\(index)]"
    let metric = MetricSpec(substituted(json, arguments))
    if !seen.insert(metric.name).inserted {
      issues.append(AnalysisIssue(path: "\(path).name", reason: "duplicate name '\(metric.name)'"))
    }
    issues += metric.issues(at: path)
  }
  return issues + duplicateArguments(object)
}

/// The metric with what values there are; a placeholder that names no argument of this object may be another
/// template's, and counts as `0` too.
private func substituted(_ metric: JSONValue, _ arguments: [AnalysisArgument]) -> JSONValue {
  var arguments = arguments
  while true {
    do throws(ArgumentError) {
      return try ArgumentSubstitution(arguments).apply(to: metric)
    } catch {
      guard let name = error.unresolvedName, !arguments.contains(where: { $0.name == name }) else {
        return metric
      }
      arguments.append(AnalysisArgument(name: name, value: "0"))
    }
  }
}

private func duplicateArguments(_ object: JSONValue) -> [AnalysisIssue] {
  var seen: Set<String> = []
  return (object.spec["args"]?.array ?? []).enumerated().compactMap { index, json in
    let name = scalarText(json["name"])
    let path = "spec.args[\(index)].name"
    if name.isEmpty { return AnalysisIssue(path: path, reason: "an argument needs a name") }
    return seen.insert(name).inserted ? nil : AnalysisIssue(path: path, reason: "duplicate name '\(name)'")
  }
}
