import AnalysisCore
import KubeModel
import Primitives
import TrafficPlans

extension Situation {
  /// The first thing that keeps the spec from being followed: in itself, in what this version can perform, or in what
  /// it refers to (reference, section 1.9.2).
  func firstIssue() -> SpecIssue? {
    if let issue = reading.issue ?? workloadIssue() ?? serviceIssue() { return issue }
    for named in reading.analyses {
      if let issue = analysisIssue(named) { return issue }
    }
    return spec.canary.flatMap(routeIssue)
  }

  private func workloadIssue() -> SpecIssue? {
    guard let reference = spec.workloadRef else { return nil }
    switch snapshot.workload {
    case .found: return reading.workloadIssue
    case .missing, .unserved, nil:
      return SpecIssue.notFound("spec.workloadRef.name", .string("\(reference.kind) \(reference.name)"))
    // What could not be read is no fault of the spec; the plan goes on with what is known.
    case .unknown: return nil
    }
  }

  private func serviceIssue() -> SpecIssue? {
    for named in reading.services {
      let value = JSONValue.string(named.name)
      switch snapshot.services[named.name] {
      case .found(let service):
        if let mismatch = named.mismatch(of: service, template: spec.template) {
          return .invalid(named.path, value, mismatch)
        }
        if let owner = service.annotation(RolloutNames.managedBy), owner != rollout.name {
          let detail = "Service \"\(named.name)\" is managed by another Rollout, \"\(owner)\""
          return .invalid(named.path, value, detail)
        }
      case .missing, .unserved, nil:
        return .invalid(named.path, value, "service \"\(named.name)\" not found")
      case .unknown: continue
      }
    }
    return nil
  }

  /// Whether the templates exist, fit together and come to an end, asked before a release gets as far as needing
  /// them. What only a release can know, such as the stable hash or a field of the status, counts as known.
  private func analysisIssue(_ named: NamedAnalysis) -> SpecIssue? {
    let rehearsal = composeAnalysis(
      named.analysis,
      stableHash: recorded.stableHash.isEmpty ? revisions.newHash : recorded.stableHash,
      field: { (try? RolloutField.text(at: $0, in: rollout)) ?? "" }
    )
    switch rehearsal {
    case .failure(let problem): return named.issue(problem.description, with: problem.missing)
    case .success(let run): return named.endlessness(of: run).map { named.issue($0) }
    }
  }

  /// Of two Rollouts that split the requests of the same Services the older one goes on; nothing is written for the
  /// other.
  private func rival(_ address: RouteAddress) -> String? {
    func age(_ rollout: JSONValue) -> (String, String) {
      (rollout.at("metadata", "creationTimestamp")?.string ?? "", rollout.name)
    }
    let older = (snapshot.rivals[address] ?? []).filter { age($0) < age(rollout) }
    return older.min { age($0) < age($1) }.map { older in
      "\(address) is split between the same services by Rollout \"\(older.name)\", which is older"
    }
  }

  /// Of plugins, only the controller's own list says which there are.
  private static func absence(of address: RouteAddress) -> String {
    guard address.outside?.kind == .plugin else { return "\(address) not found" }
    return "the router plugin \(address.key.name) is not supported by this version of Serin, and "
      + "argo-rollouts-config lists none of that name under trafficRouterPlugins"
  }

  private func routeIssue(_ canary: CanaryStrategy) -> SpecIssue? {
    let weights = place(canary, recorded)
    for unit in canary.routing.units {
      let path = "spec.strategy.canary.trafficRouting.\(unit.field)"
      for address in unit.router.required {
        switch snapshot.routes[address] {
        case .found, .unknown: continue
        case .missing, nil: return SpecIssue(path, Self.absence(of: address))
        case .unserved:
          return SpecIssue(path, "\(address) not found: the cluster has no \(address.type)")
        }
      }
      if let rival = unit.router.required.lazy.compactMap(self.rival).first {
        return SpecIssue(path, rival)
      }
      // What could not be read is no fault of the spec.
      guard let live = snapshot.live(of: unit.router) else { continue }
      if let problem = unit.router.problem(weights, live) { return SpecIssue(path, problem) }
    }
    return nil
  }
}
