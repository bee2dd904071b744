import KubeModel
package import Primitives

/// What is wrong with a Rollout by itself (reference, section 1.9.1), in the order of the spec.
///
/// It accepts what Argo Rollouts accepts, except for the features that this version cannot perform: those are named,
/// because a step that is silently skipped would release untested.
package func validate(_ rollout: JSONValue) -> [SpecIssue] {
  let spec = rollout.spec
  var issues: [SpecIssue] = []
  for field in ["replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"] {
    guard let value = spec[field], !value.isNull else { continue }
    if let number = value.int, number >= 0 { continue }
    issues.append(SpecIssue("spec.\(field)", "Invalid value: \(value): must be a whole number of at least 0"))
  }
  issues += validateTemplate(spec)
  let ready = spec["minReadySeconds"]?.int ?? 0
  if let deadline = spec["progressDeadlineSeconds"]?.int, deadline <= ready {
    issues.append(
      SpecIssue("spec.progressDeadlineSeconds", "must be greater than minReadySeconds (\(ready))")
    )
  }
  let canary = spec.at("strategy", "canary")
  let blueGreen = spec.at("strategy", "blueGreen")
  switch (canary, blueGreen) {
  case (nil, nil): issues.append(SpecIssue("spec.strategy", "Required value: either canary or blueGreen"))
  case (.some, .some): issues.append(SpecIssue("spec.strategy", "canary and blueGreen may not be set both"))
  case (.some(let canary), nil): issues += validateCanary(canary, RolloutSpec(rollout))
  case (nil, .some(let blueGreen)): issues += validateBlueGreen(blueGreen)
  }
  return issues
}

private func validateTemplate(_ spec: JSONValue) -> [SpecIssue] {
  if spec["workloadRef"]?.object != nil { return [SpecIssue("spec.workloadRef", "not supported yet")] }
  guard let selector = spec["selector"], let parsed = LabelSelector(selector), !parsed.requirements.isEmpty
  else {
    return [SpecIssue("spec.selector", "Required value: a selector with matchLabels or matchExpressions")]
  }
  var issues: [SpecIssue] = []
  let labels = spec.at("template", "metadata", "labels")?.strings ?? [:]
  if !parsed.matches(labels) {
    issues.append(SpecIssue("spec.template.metadata.labels", "`selector` does not match template `labels`"))
  }
  let containers = spec.at("template", "spec", "containers")?.array ?? []
  if containers.isEmpty { issues.append(SpecIssue("spec.template.spec.containers", "Required value")) }
  for (index, container) in containers.enumerated() {
    for field in ["name", "image"] where (container[field]?.string ?? "").isEmpty {
      issues.append(SpecIssue("spec.template.spec.containers[\(index)].\(field)", "Required value"))
    }
  }
  return issues
}

private func validateCanary(_ value: JSONValue, _ spec: RolloutSpec) -> [SpecIssue] {
  guard let canary = spec.canary else { return [] }
  let path = "spec.strategy.canary"
  var issues = validateTraffic(value, canary, path)
  let rule = (
    surge: canary.maxSurge.count(of: 100, roundingUp: true),
    unavailable: canary.maxUnavailable.count(of: 100, roundingUp: false)
  )
  if rule.surge == 0, rule.unavailable == 0 {
    issues.append(SpecIssue("\(path).maxSurge", "may not be 0 when maxUnavailable is 0 too"))
  }
  if let service = canary.canaryService, service == canary.stableService {
    issues.append(
      SpecIssue("\(path).stableService", "Invalid value: \"\(service)\": is the canaryService too")
    )
  }
  for (index, step) in (value["steps"]?.array ?? []).enumerated() {
    issues += validateStep(step, "\(path).steps[\(index)]")
  }
  return issues
}

private func validateTraffic(_ value: JSONValue, _ canary: CanaryStrategy, _ path: String) -> [SpecIssue] {
  guard let routing = value["trafficRouting"] else { return [] }
  let path = "\(path).trafficRouting"
  var others = (routing.object ?? [:]).keys.filter { $0 != "plugins" && $0 != "managedRoutes" }
  others += (routing["plugins"]?.object ?? [:]).keys.filter { $0 != RolloutNames.gatewayPlugin }.map {
    "plugins.\($0)"
  }
  var issues = others.sorted().map { SpecIssue("\(path).\($0)", "this router is not supported yet") }
  if canary.routes.isEmpty, issues.isEmpty {
    let plugin = "\(path).plugins.\(RolloutNames.gatewayPlugin)"
    issues.append(SpecIssue(plugin, "Required value: httpRoute, or httpRoutes with a name each"))
  }
  for (field, service) in [("canaryService", canary.canaryService), ("stableService", canary.stableService)]
  where (service ?? "").isEmpty {
    issues.append(SpecIssue("spec.strategy.canary.\(field)", "Required value: a router needs both services"))
  }
  return issues
}

private func validateStep(_ step: JSONValue, _ path: String) -> [SpecIssue] {
  let keys = (step.object ?? [:]).keys.filter { $0 != "setCanaryScale" || step.object?.count == 1 }.sorted()
  guard let key = keys.first else {
    return [SpecIssue(path, "a step must have one of setWeight, pause or analysis")]
  }
  guard keys.count == 1 else {
    return [SpecIssue(path, "a step must have one action, not \(keys.joined(separator: " and "))")]
  }
  switch key {
  case "setWeight":
    guard let weight = step[key]?.int, (0...100).contains(weight) else {
      return [
        SpecIssue("\(path).setWeight", "Invalid value: \(step[key] ?? .null): must be between 0 and 100")
      ]
    }
  case "pause":
    guard let duration = step.at(key, "duration"), !duration.isNull else { return [] }
    if CanaryStep.duration(duration) == nil {
      return [
        SpecIssue("\(path).pause.duration", "Invalid value: \(duration): must be seconds or like 1h30m")
      ]
    }
  case "analysis", "analyze":
    return validateAnalysis(step[key] ?? .null, "\(path).\(key)")
  case "setCanaryScale", "setHeaderRoute", "setMirrorRoute": break
  default:
    return [SpecIssue("\(path).\(key)", "this step is not supported yet")]
  }
  return []
}

private func validateAnalysis(_ analysis: JSONValue, _ path: String) -> [SpecIssue] {
  guard let templates = analysis["templates"]?.array, !templates.isEmpty else {
    return [SpecIssue("\(path).templates", "Required value")]
  }
  return templates.enumerated().compactMap { index, template in
    guard (template["templateName"]?.string ?? "").isEmpty else { return nil }
    return SpecIssue("\(path).templates[\(index)].templateName", "Required value")
  }
}

private func validateBlueGreen(_ value: JSONValue) -> [SpecIssue] {
  let path = "spec.strategy.blueGreen"
  var issues: [SpecIssue] = []
  let active = value["activeService"]?.string ?? ""
  if active.isEmpty { issues.append(SpecIssue("\(path).activeService", "Required value")) }
  if !active.isEmpty, value["previewService"]?.string == active {
    issues.append(
      SpecIssue("\(path).previewService", "Invalid value: \"\(active)\": is the activeService too")
    )
  }
  for field in ["prePromotionAnalysis", "postPromotionAnalysis"] {
    if let analysis = value[field] { issues += validateAnalysis(analysis, "\(path).\(field)") }
  }
  return issues
}
