import AnalysisCore
import KubeModel
import Primitives
import TrafficPlans

extension Situation {
  /// The first thing that keeps the spec from being followed: in itself, in what this version can perform, or in what
  /// it refers to (reference, section 1.9.2).
  func firstIssue() -> SpecIssue? {
    // The spec as written: here a template may have come from the workload that it names.
    if let issue = validate(snapshot.rollout).first ?? unsupported(snapshot.rollout).first { return issue }
    if let issue = workloadIssue() ?? serviceIssue() { return issue }
    for (path, analysis, isBackground) in analyses {
      if let issue = analysisIssue(analysis, path, isBackground: isBackground) { return issue }
    }
    return spec.canary.flatMap(routeIssue)
  }

  // MARK: - Workload

  private func workloadIssue() -> SpecIssue? {
    guard let reference = spec.workloadRef else { return nil }
    switch snapshot.workload {
    case .found:
      return templateIssues(spec.template, selector: spec.selector).first
    case .missing, nil:
      return SpecIssue.notFound("spec.workloadRef.name", .string("\(reference.kind) \(reference.name)"))
    // What could not be read is no fault of the spec; the plan goes on with what is known.
    case .unknown: return nil
    }
  }

  // MARK: - Services

  /// The Services by the field that names them, and the labels that their pods get beside those of the template.
  private var namedServices: [(path: String, name: String?, labels: JSONValue?)] {
    switch spec.strategy {
    case .canary(let canary):
      let path = "spec.strategy.canary"
      return [
        ("\(path).stableService", canary.stableService, canary.stableMetadata?["labels"]),
        ("\(path).canaryService", canary.canaryService, canary.canaryMetadata?["labels"]),
        ("\(path).pingPong.pingService", canary.pingPong?.ping, nil),
        ("\(path).pingPong.pongService", canary.pingPong?.pong, nil),
      ]
    case .blueGreen(let blueGreen):
      let path = "spec.strategy.blueGreen"
      return [
        ("\(path).activeService", blueGreen.activeService, blueGreen.activeMetadata?["labels"]),
        ("\(path).previewService", blueGreen.previewService, blueGreen.previewMetadata?["labels"]),
      ]
    }
  }

  private func serviceIssue() -> SpecIssue? {
    for (path, name, labels) in namedServices {
      guard let name, !name.isEmpty else { continue }
      switch snapshot.services[name] {
      case .found(let service):
        if let issue = serviceIssue(service, path, labels?.strings ?? [:]) { return issue }
      case .missing, nil:
        return .invalid(path, .string(name), "Service \"\(name)\" not found")
      case .unknown: continue
      }
    }
    return nil
  }

  private func serviceIssue(_ service: JSONValue, _ path: String, _ more: [String: String]) -> SpecIssue? {
    let name = JSONValue.string(service.name)
    let labels = spec.template.at("metadata", "labels")?.strings ?? [:]
    let selector = service.spec["selector"]?.strings ?? [:]
    for (key, value) in selector.sorted(by: { $0.key < $1.key })
    where key != RolloutNames.podTemplateHash && labels[key] != value && more[key] != value {
      let reason = "the Service selects \(key)=\(value), which the pod template's labels do not have"
      return .invalid(path, name, reason)
    }
    guard let owner = service.annotation(RolloutNames.managedBy), owner != rollout.name else { return nil }
    return .invalid(path, name, "the Service is managed by another Rollout, \"\(owner)\"")
  }

  // MARK: - Analyses

  /// The analyses of the release; those of experiments are judged when the Experiment runs them.
  private var analyses: [(path: String, analysis: JSONValue?, isBackground: Bool)] {
    switch spec.strategy {
    case .canary(let canary):
      let path = "spec.strategy.canary"
      let steps = (canary.stepsJSON.array ?? []).enumerated().flatMap { index, step in
        ["analysis", "analyze"].map { ("\(path).steps[\(index)].\($0)", step.given($0), false) }
      }
      return steps + [("\(path).analysis", canary.backgroundAnalysis, true)]
    case .blueGreen(let blueGreen):
      let path = "spec.strategy.blueGreen"
      return [
        ("\(path).prePromotionAnalysis", blueGreen.prePromotionAnalysis, false),
        ("\(path).postPromotionAnalysis", blueGreen.postPromotionAnalysis, false),
      ]
    }
  }

  /// Whether the templates exist, fit together and come to an end, asked before a release gets as far as needing
  /// them. What only a release can know, such as the stable hash or a field of the status, counts as known.
  private func analysisIssue(_ analysis: JSONValue?, _ path: String, isBackground: Bool) -> SpecIssue? {
    guard let analysis, analysis["templates"]?.array?.isEmpty == false else { return nil }
    let rehearsal = composeAnalysis(
      analysis,
      stableHash: recorded.stableHash.isEmpty ? revisions.newHash : recorded.stableHash,
      field: { (try? RolloutField.text(at: $0, in: rollout)) ?? "" }
    )
    switch rehearsal {
    case .failure(let problem): return SpecIssue(path, problem.description)
    case .success(let run):
      guard !isBackground, let metric = (run["metrics"]?.array ?? []).first(where: isEndless) else {
        return nil
      }
      let name = metric["name"]?.string ?? ""
      return SpecIssue(path, "metric \"\(name)\" runs indefinitely: it has an interval and no count")
    }
  }

  /// A count that is text may come from an argument, and then counts as one.
  private func isEndless(_ metric: JSONValue) -> Bool {
    guard let interval = metric["interval"]?.string, !interval.isEmpty else { return false }
    guard let count = metric.given("count") else { return true }
    return count.int == 0 || count.string == "0"
  }

  // MARK: - Routes

  private func routeIssue(_ canary: CanaryStrategy) -> SpecIssue? {
    let path = "spec.strategy.canary.trafficRouting.plugins.\(RolloutNames.gatewayPlugin)"
    for key in canary.routes {
      switch snapshot.routes[key] {
      case .found(let route):
        let roles = canary.roles(recorded)
        let weights = TrafficWeights(
          canaryService: roles.canary ?? "",
          stableService: roles.stable ?? "",
          canary: 0
        )
        guard case .problem(let problem) = HTTPRoutePlan.plan(weights, route: route) else { continue }
        return SpecIssue(path, problem)
      case .missing, nil: return SpecIssue(path, "HTTPRoute \"\(key)\" not found")
      case .unknown: continue
      }
    }
    return nil
  }
}
