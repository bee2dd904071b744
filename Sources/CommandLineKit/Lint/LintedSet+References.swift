import AnalysisCore
import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

extension LintedSet {
  /// What an object refers to: a warning for what the linted files do not have (the cluster may have it), an error for
  /// what they have and does not fit.
  func referenceIssues(of item: LintedObject) -> [LintIssue] {
    let object = item.object
    guard object.apiVersion.hasPrefix("argoproj.io/") else { return [] }
    switch object.kind {
    case "Rollout": return rolloutIssues(item)
    case "AnalysisTemplate", "ClusterAnalysisTemplate":
      return missingTemplates(object.spec["templates"], "spec.templates", item)
    default: return []
    }
  }

  private func rolloutIssues(_ item: LintedObject) -> [LintIssue] {
    let spec = RolloutSpec(item.object)
    var issues: [LintIssue] = []
    switch spec.strategy {
    case .canary(let canary):
      let path = "spec.strategy.canary"
      issues += serviceIssues(canary.canaryService, "\(path).canaryService", item)
      issues += serviceIssues(canary.stableService, "\(path).stableService", item)
      issues += canary.routes.enumerated().flatMap { index, route in routeIssues(route, index, canary, item) }
      for (index, step) in (canary.stepsJSON.array ?? []).enumerated() {
        for key in ["analysis", "analyze"] {
          issues += analysisIssues(step[key], "\(path).steps[\(index)].\(key)", item)
        }
      }
      issues += analysisIssues(canary.backgroundAnalysis, "\(path).analysis", item)
    case .blueGreen(let blueGreen):
      let path = "spec.strategy.blueGreen"
      issues += serviceIssues(blueGreen.activeService, "\(path).activeService", item)
      issues += serviceIssues(blueGreen.previewService, "\(path).previewService", item)
      issues += analysisIssues(blueGreen.prePromotionAnalysis, "\(path).prePromotionAnalysis", item)
      issues += analysisIssues(blueGreen.postPromotionAnalysis, "\(path).postPromotionAnalysis", item)
    }
    return issues
  }

  // MARK: - Services and routes

  private func serviceIssues(_ name: String?, _ path: String, _ item: LintedObject) -> [LintIssue] {
    guard let name, !name.isEmpty else { return [] }
    let namespace = item.object.namespace
    guard let service = find(group: "", kind: "Service", namespace: namespace, name: name, for: item) else {
      return [missing("Service", ObjectKey(namespace: namespace, name: name), path, item)]
    }
    let labels = item.object.spec.at("template", "metadata", "labels")?.strings ?? [:]
    let selector = service.spec["selector"]?.strings ?? [:]
    return selector.sorted { $0.key < $1.key }.filter { key, value in
      key != RolloutNames.podTemplateHash && labels[key] != value
    }.map { key, value in
      let reason = "the Service selects \(key)=\(value), which the pod template's labels do not have"
      return item.issue(.error, path, "Invalid value: \"\(name)\": \(reason)")
    }
  }

  private func routeIssues(
    _ key: ObjectKey,
    _ index: Int,
    _ canary: CanaryStrategy,
    _ item: LintedObject
  ) -> [LintIssue] {
    let plugin = "spec.strategy.canary.trafficRouting.plugins.\(RolloutNames.gatewayPlugin)"
    let gateway = item.object.spec.at(
      "strategy",
      "canary",
      "trafficRouting",
      "plugins",
      RolloutNames.gatewayPlugin
    )
    let single = gateway?["httpRoute"]?.string == nil ? 0 : 1
    let path = index < single ? "\(plugin).httpRoute" : "\(plugin).httpRoutes[\(index - single)].name"
    let route = find(
      group: "gateway.networking.k8s.io",
      kind: "HTTPRoute",
      namespace: key.namespace,
      name: key.name,
      for: item
    )
    guard let route else { return [missing("HTTPRoute", key, path, item)] }
    guard let stable = canary.stableService, let service = canary.canaryService else { return [] }
    let weights = TrafficWeights(canaryService: service, stableService: stable, canary: 0)
    guard case .problem(let problem) = HTTPRoutePlan.plan(weights, route: route) else { return [] }
    return [item.issue(.error, path, problem)]
  }

  // MARK: - Analyses

  private func analysisIssues(_ analysis: JSONValue?, _ path: String, _ item: LintedObject) -> [LintIssue] {
    guard let analysis, analysis["templates"]?.array?.isEmpty == false else { return [] }
    let missing = missingTemplates(analysis["templates"], "\(path).templates", item)
    guard missing.isEmpty, let reason = compositionProblem(analysis, item) else { return missing }
    return [item.issue(.error, path, reason)]
  }

  private func missingTemplates(_ list: JSONValue?, _ path: String, _ item: LintedObject) -> [LintIssue] {
    (list?.array ?? []).enumerated().compactMap { index, json in
      guard let reference = TemplateReference(json), template(reference, item) == nil else { return nil }
      let namespace = reference.isClusterScoped ? "" : item.object.namespace
      return missing(
        reference.isClusterScoped ? "ClusterAnalysisTemplate" : "AnalysisTemplate",
        ObjectKey(namespace: namespace, name: reference.name),
        "\(path)[\(index)].templateName",
        item
      )
    }
  }

  private func template(_ reference: TemplateReference, _ item: LintedObject) -> JSONValue? {
    find(
      group: "argoproj.io",
      kind: reference.isClusterScoped ? "ClusterAnalysisTemplate" : "AnalysisTemplate",
      namespace: reference.isClusterScoped ? nil : item.object.namespace,
      name: reference.name,
      for: item
    )
  }

  /// Why the templates and arguments make no AnalysisRun; what only a cluster knows counts as known. A template that
  /// another template names and the files do not have is a warning there, and no problem here.
  private func compositionProblem(_ analysis: JSONValue, _ item: LintedObject) -> String? {
    do throws(ArgumentError) {
      let arguments = try RolloutArguments.resolve(
        analysis["args"]?.array ?? [],
        latestHash: "0",
        stableHash: "0",
        field: { (path) throws(ArgumentError) in
          path.hasPrefix("status") ? "0" : try RolloutField.text(at: path, in: item.object)
        }
      )
      do throws(CompositionError) {
        _ = try TemplateComposition.compose(analysis, arguments: arguments) { template($0, item) }
        return nil
      } catch {
        return error.isMissingTemplate ? nil : error.description
      }
    } catch {
      return "\(error)"
    }
  }

  private func missing(_ kind: String, _ key: ObjectKey, _ path: String, _ item: LintedObject) -> LintIssue {
    item.issue(.warning, path, "\(kind) \"\(key)\" is not in the linted files")
  }
}
