import KubeModel
package import Primitives

/// What is wrong with a Rollout by itself, in the order in which Argo Rollouts reports it (reference, section 1.9.1).
///
/// Whatever Argo Rollouts accepts has no issue here, unusual combinations of a step's fields included. What is valid
/// and cannot be performed is the business of ``unsupported(_:)``.
package func validate(_ rollout: JSONValue) -> [SpecIssue] {
  let spec = rollout.spec
  var issues = countIssues(spec, "replicas")
  if let workload = spec.given("workloadRef") {
    issues += workloadIssues(workload, spec)
  } else {
    issues += selectorIssues(spec)
    issues += templateIssues(spec.given("template") ?? .object([:]), selector: spec["selector"] ?? .null)
  }
  issues += countIssues(spec, "minReadySeconds") + countIssues(spec, "revisionHistoryLimit")
  issues += deadlineIssues(spec)
  let strategy = spec["strategy"] ?? .null
  switch (strategy.given("canary"), strategy.given("blueGreen")) {
  case (nil, nil):
    let fields = ".spec.strategy.canary or .spec.strategy.blueGreen"
    issues.append(.required("spec.strategy", "Rollout has missing field '\(fields)'"))
  case (.some, .some):
    issues.append(
      .invalid("spec.strategy", "blueGreen: true canary: true", "Multiple Strategies can not be listed")
    )
  case (.some(let canary), nil): issues += CanaryValidation(canary).issues()
  case (nil, .some(let blueGreen)): issues += blueGreenIssues(blueGreen, spec)
  }
  return issues
}

private func countIssues(_ spec: JSONValue, _ field: String) -> [SpecIssue] {
  guard let value = spec.given(field) else { return [] }
  if let number = value.int, number >= 0 { return [] }
  return [.invalid("spec.\(field)", value, "must be greater than or equal to 0")]
}

/// Also without a deadline in the spec, since the default of 600 s holds then.
private func deadlineIssues(_ spec: JSONValue) -> [SpecIssue] {
  var issues = countIssues(spec, "progressDeadlineSeconds")
  let ready = spec["minReadySeconds"]?.int ?? 0
  let deadline = spec["progressDeadlineSeconds"]?.int ?? 600
  if deadline <= ready {
    issues.append(
      .invalid("spec.progressDeadlineSeconds", JSONValue(deadline), "must be greater than minReadySeconds")
    )
  }
  return issues
}

/// The template that is looked at is the workload's; one beside it shows by its labels and annotations.
private func workloadIssues(_ workload: JSONValue, _ spec: JSONValue) -> [SpecIssue] {
  var issues: [SpecIssue] = []
  let metadata = spec.at("template", "metadata")
  if metadata?["labels"]?.strings?.isEmpty == false || metadata?["annotations"]?.strings?.isEmpty == false {
    let reason = "Internal error: template must be empty for workload reference rollout"
    issues.append(SpecIssue("spec.template", reason))
  }
  let group = (workload["apiVersion"]?.string ?? "").split(separator: "/").first ?? ""
  let kind = workload["kind"]?.string ?? ""
  let isKnown = group == "apps" ? ["Deployment", "ReplicaSet"].contains(kind) : kind == "PodTemplate"
  if !isKnown || group != "apps" && workload["apiVersion"]?.string != "v1" {
    let reason = "must be a Deployment or ReplicaSet of apps, or a PodTemplate of v1"
    issues.append(
      .invalid("spec.workloadRef", .string("\(workload["apiVersion"]?.string ?? "") \(kind)"), reason)
    )
  }
  return issues
}

private func blueGreenIssues(_ value: JSONValue, _ spec: JSONValue) -> [SpecIssue] {
  let path = "spec.strategy.blueGreen"
  var issues: [SpecIssue] = []
  let active = value["activeService"]?.string ?? ""
  if active.isEmpty {
    issues.append(.required("\(path).activeService"))
  } else if active == value["previewService"]?.string {
    let detail = sameServices("active and preview")
    issues.append(.invalid("\(path).activeService", .string(active), detail))
  }
  if let limit = value["scaleDownDelayRevisionLimit"]?.int,
    limit > spec["revisionHistoryLimit"]?.int ?? 10
  {
    issues.append(
      .invalid(
        "\(path).scaleDownDelayRevisionLimit",
        JSONValue(limit),
        "This rollout's revision history limit can not be smaller than the rollout's scale down limit"
      )
    )
  }
  return issues + antiAffinityIssues(value.given("antiAffinity"), "\(path).antiAffinity")
}

/// Argo Rollouts' words, as are most of these rules': people search for them.
func sameServices(_ parts: String) -> String {
  "This rollout uses the same service for the \(parts) services, but two different services are required."
}

/// `antiAffinity` of either strategy: one kind of rule, and a weight that the scheduler takes.
func antiAffinityIssues(_ value: JSONValue?, _ path: String) -> [SpecIssue] {
  guard let value else { return [] }
  let preferred = value.given("preferredDuringSchedulingIgnoredDuringExecution")
  let required = value.given("requiredDuringSchedulingIgnoredDuringExecution")
  var issues: [SpecIssue] = []
  if (preferred == nil) == (required == nil) {
    issues.append(.invalid(path, value, "AntiAffinity must have exactly one strategy listed"))
  }
  if let preferred, !(1...100).contains(preferred["weight"]?.int ?? 0) {
    let field = "\(path).preferredDuringSchedulingIgnoredDuringExecution.weight"
    issues.append(.invalid(field, preferred["weight"] ?? 0, "AntiAffinity weight must be between 1-100"))
  }
  return issues
}
