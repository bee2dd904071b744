import KubeModel
import Primitives

/// What is wrong with a selector: nothing to select by, or an expression that is none.
func selectorIssues(_ spec: JSONValue) -> [SpecIssue] {
  guard let selector = spec.given("selector") else {
    return [.required("spec.selector", "Rollout has missing field '.spec.selector'")]
  }
  var issues: [SpecIssue] = []
  for (index, expression) in (selector["matchExpressions"]?.array ?? []).enumerated() {
    issues += expressionIssues(expression, "spec.selector.matchExpressions[\(index)]")
  }
  for (key, value) in (selector["matchLabels"]?.strings ?? [:]).sorted(by: { $0.key < $1.key }) {
    issues += labelIssues(key, value, "spec.selector.matchLabels")
  }
  let isEmpty =
    (selector["matchLabels"]?.object ?? [:]).isEmpty && (selector["matchExpressions"]?.array ?? []).isEmpty
  if isEmpty {
    issues.append(.invalid("spec.selector", selector, "empty selector is invalid for deployment"))
  }
  return issues
}

private func expressionIssues(_ expression: JSONValue, _ path: String) -> [SpecIssue] {
  let hasValues = expression["values"]?.array?.isEmpty == false
  switch expression["operator"]?.string {
  case "In", "NotIn":
    return hasValues
      ? [] : [.required("\(path).values", "must be given when `operator` is 'In' or 'NotIn'")]
  case "Exists", "DoesNotExist":
    let detail = "may not be given when `operator` is 'Exists' or 'DoesNotExist'"
    return hasValues ? [.forbidden("\(path).values", detail)] : []
  default:
    return [.invalid("\(path).operator", expression["operator"] ?? "", "not a valid selector operator")]
  }
}

/// What Kubernetes' own validation of a ReplicaSet's pod template would refuse (reference, section 1.9.1, row 4).
///
/// Not all of its rules are here, and none that could refuse what Kubernetes takes: what is missing shows when the
/// ReplicaSet is created.
func templateIssues(_ template: JSONValue, selector: JSONValue) -> [SpecIssue] {
  let path = "spec.template"
  let labels = template.at("metadata", "labels")?.strings ?? [:]
  var issues: [SpecIssue] = []
  if let selector = LabelSelector(selector), !selector.matches(labels) {
    issues.append(
      .invalid("\(path).metadata.labels", JSONValue(labels), "`selector` does not match template `labels`")
    )
  }
  for (key, value) in labels.sorted(by: { $0.key < $1.key }) {
    issues += labelIssues(key, value, "\(path).metadata.labels")
  }
  issues += PodValidation(template.given("spec") ?? .object([:]), "\(path).spec").issues()
  if let policy = template.at("spec", "restartPolicy")?.string, !policy.isEmpty, policy != "Always" {
    issues.append(.unsupported("\(path).spec.restartPolicy", .string(policy), supported: ["Always"]))
  }
  if template.given("spec")?.given("activeDeadlineSeconds") != nil {
    issues.append(
      .forbidden("\(path).spec.activeDeadlineSeconds", "activeDeadlineSeconds in ReplicaSet is not Supported")
    )
  }
  return issues
}

/// A label's key, `prefix/name`, and its value.
private func labelIssues(_ key: String, _ value: String, _ path: String) -> [SpecIssue] {
  var issues: [SpecIssue] = []
  let parts = key.split(separator: "/", omittingEmptySubsequences: false)
  let isPrefixValid = parts.count == 1 || parts.count == 2 && Name.isSubdomain(String(parts[0]))
  if !isPrefixValid || !Name.isLabelPart(String(parts.last ?? "")) {
    issues.append(.invalid(path, .string(key), "is no valid label key"))
  }
  if !value.isEmpty, !Name.isLabelPart(value) {
    issues.append(.invalid(path, .string(value), "is no valid label value"))
  }
  return issues
}
