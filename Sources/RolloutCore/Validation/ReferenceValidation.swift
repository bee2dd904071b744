import AnalysisCore
import KubeModel
import Primitives
import TrafficPlans

extension Situation {
  /// The first thing that keeps the spec from being followed: in itself, or in what it refers to (section 1.9.2).
  func firstIssue() -> SpecIssue? {
    if let issue = validate(rollout).first { return issue }
    switch spec.strategy {
    case .canary(let canary): return canaryIssue(canary)
    case .blueGreen(let blueGreen):
      let path = "spec.strategy.blueGreen"
      return serviceIssue(blueGreen.activeService, "\(path).activeService")
        ?? serviceIssue(blueGreen.previewService, "\(path).previewService")
        ?? analysisIssue(blueGreen.prePromotionAnalysis, "\(path).prePromotionAnalysis")
        ?? analysisIssue(blueGreen.postPromotionAnalysis, "\(path).postPromotionAnalysis")
    }
  }

  private func canaryIssue(_ canary: CanaryStrategy) -> SpecIssue? {
    let path = "spec.strategy.canary"
    if let issue = serviceIssue(canary.canaryService, "\(path).canaryService")
      ?? serviceIssue(canary.stableService, "\(path).stableService")
    {
      return issue
    }
    for key in canary.routes {
      if let issue = routeIssue(key, canary, "\(path).trafficRouting.plugins.\(RolloutNames.gatewayPlugin)") {
        return issue
      }
    }
    for (index, step) in canary.steps.enumerated() {
      guard case .analysis(let analysis) = step.action else { continue }
      if let issue = analysisIssue(analysis, "\(path).steps[\(index)].analysis") { return issue }
    }
    return analysisIssue(canary.backgroundAnalysis, "\(path).analysis")
  }

  private func serviceIssue(_ name: String?, _ path: String) -> SpecIssue? {
    guard let name else { return nil }
    switch snapshot.services[name] {
    case .found(let service):
      if let owner = service.annotation(RolloutNames.managedBy), owner != rollout.name {
        return SpecIssue(
          path,
          "Invalid value: \"\(name)\": the Service is managed by another Rollout, \"\(owner)\""
        )
      }
      let labels = spec.template.at("metadata", "labels")?.strings ?? [:]
      let selector = service.spec["selector"]?.strings ?? [:]
      for (key, value) in selector.sorted(by: { $0.key < $1.key })
      where key != RolloutNames.podTemplateHash && labels[key] != value {
        let reason = "the Service selects \(key)=\(value), which the pod template's labels do not have"
        return SpecIssue(path, "Invalid value: \"\(name)\": \(reason)")
      }
      return nil
    case .missing, nil: return SpecIssue(path, "Invalid value: \"\(name)\": Service \"\(name)\" not found")
    // What could not be read is no fault of the spec; the plan goes on with what is known.
    case .unknown: return nil
    }
  }

  private func routeIssue(_ key: ObjectKey, _ canary: CanaryStrategy, _ path: String) -> SpecIssue? {
    switch snapshot.routes[key] {
    case .found(let route):
      let roles = canary.roles(recorded)
      let weights = TrafficWeights(
        canaryService: roles.canary ?? "",
        stableService: roles.stable ?? "",
        canary: 0
      )
      guard case .problem(let problem) = HTTPRoutePlan.plan(weights, route: route) else { return nil }
      return SpecIssue(path, problem)
    case .missing, nil: return SpecIssue(path, "HTTPRoute \"\(key)\" not found")
    case .unknown: return nil
    }
  }

  /// Whether the templates exist and resolve, asked before a release gets as far as needing them.
  private func analysisIssue(_ analysis: JSONValue?, _ path: String) -> SpecIssue? {
    guard let analysis else { return nil }
    guard case .failure(let problem) = composeAnalysis(analysis, stableHash: recorded.stableHash) else {
      return nil
    }
    return SpecIssue(path, problem.description)
  }
}
