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
    var issues = spec.namedServices.flatMap { serviceIssues($0, item) }
    if let canary = spec.canary {
      issues += canary.routing.units.flatMap { unit in routeIssues(unit, canary, item) }
    }
    return issues + spec.namedAnalyses.flatMap { analysisIssues($0, item) }
  }

  // MARK: - Services and routes

  private func serviceIssues(_ named: NamedService, _ item: LintedObject) -> [LintIssue] {
    let key = ObjectKey(namespace: item.object.namespace, name: named.name)
    guard let service = find(group: "", kind: "Service", namespace: key.namespace, name: key.name, for: item)
    else {
      return [missing("Service", key, named.path, item)]
    }
    // The template of a workload is not in this object.
    guard item.object.spec["workloadRef"]?.object == nil,
      let mismatch = named.mismatch(of: service, template: item.object.spec["template"] ?? .null)
    else { return [] }
    return [item.issue(.error, named.path, "Invalid value: \"\(named.name)\": \(mismatch)")]
  }

  private func routeIssues(
    _ unit: TrafficRouting.Unit,
    _ canary: CanaryStrategy,
    _ item: LintedObject
  ) -> [LintIssue] {
    let path = "spec.strategy.canary.trafficRouting.\(unit.field)"
    // What is outside of the cluster is in no file.
    guard unit.router.required.allSatisfy({ $0.outside == nil }) else { return [] }
    let live = (unit.router.required + unit.router.derived).reduce(into: LiveRoutes()) { live, address in
      live[address] = route(address, item)
    }
    if let absent = unit.router.required.first(where: { live[$0] == nil }) {
      return [missing(absent.type.kind, absent.key, path, item)]
    }
    let roles = canary.roles(stablePingPong: "")
    guard roles.canary != nil, roles.stable != nil else { return [] }
    let weights = TrafficWeights(
      canaryService: roles.canary ?? "",
      stableService: roles.stable ?? "",
      canary: 0,
      total: canary.maxTrafficWeight,
      managedNames: canary.managedRoutes
    )
    guard let problem = unit.router.problem(weights, live) else { return [] }
    return [item.issue(.error, path, problem)]
  }

  private func route(_ address: RouteAddress, _ item: LintedObject) -> JSONValue? {
    find(
      group: address.type.group,
      kind: address.type.kind,
      namespace: address.key.namespace,
      name: address.key.name,
      for: item
    )
  }

  // MARK: - Analyses

  private func analysisIssues(_ named: NamedAnalysis, _ item: LintedObject) -> [LintIssue] {
    let missing = missingTemplates(named.analysis["templates"], "\(named.path).templates", item)
    guard missing.isEmpty, let reason = compositionProblem(named, item) else { return missing }
    return [item.issue(.error, named.path, reason)]
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

  /// Why the templates and arguments make no AnalysisRun, or one without an end; what only a cluster knows counts as
  /// known. A template that another template names and the files do not have is a warning there, and no problem here.
  private func compositionProblem(_ named: NamedAnalysis, _ item: LintedObject) -> String? {
    do throws(ArgumentError) {
      let arguments = try RolloutArguments.resolve(
        named.analysis["args"]?.array ?? [],
        latestHash: "0",
        stableHash: "0",
        field: { (path) throws(ArgumentError) in
          let isOfCluster = path.hasPrefix("status") || path.hasPrefix("metadata")
          return isOfCluster ? "0" : try RolloutField.text(at: path, in: item.object)
        }
      )
      do throws(CompositionError) {
        let run = try TemplateComposition.compose(named.analysis, arguments: arguments) { template($0, item) }
        return named.endlessness(of: run)
      } catch {
        return error.missing != nil ? nil : error.description
      }
    } catch {
      return "\(error)"
    }
  }

  private func missing(_ kind: String, _ key: ObjectKey, _ path: String, _ item: LintedObject) -> LintIssue {
    item.issue(.warning, path, "\(kind) \"\(key)\" is not in the linted files")
  }
}
