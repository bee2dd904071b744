import AnalysisCore
package import KubeModel
import KubeRuntime
package import Primitives
package import RolloutCore
import TrafficPlans

/// Gathers an Experiment's snapshot from the caches; nothing here decides or writes.
package struct ExperimentObserver: Sendable {
  private let stores: ControllerStores

  package init(stores: ControllerStores) { self.stores = stores }

  /// The snapshot; nil when the Experiment is gone or going.
  package func snapshot(of key: ObjectKey, now: Instant) -> ExperimentSnapshot? {
    guard let experiment = stores.experiments[key], !experiment.isBeingDeleted else { return nil }
    let sets = stores.replicaSets.objects(index: "owner", experiment.uid)
    let rollout = owner(of: experiment)
    let canary = rollout.flatMap { RolloutSpec($0).canary }
    let routing = canary?.routing
    return ExperimentSnapshot(
      now: now,
      experiment: experiment,
      replicaSets: sets,
      services: services(of: experiment, sets),
      analysisRuns: runs(of: experiment),
      analysisTemplates: stores.templates(references(of: experiment), in: key.namespace),
      routing: routing,
      routes: routing.map { objects(of: $0, for: rollout.map { ObjectKey($0) }) } ?? [:],
      stableService: canary?.stableService ?? ""
    )
  }

  /// The Rollout that the Experiment is a step of; nil for one that stands for itself.
  package func owner(of experiment: JSONValue) -> JSONValue? {
    guard let reference = experiment.controllerReference, reference["kind"] == "Rollout",
      let name = reference["name"]?.string,
      let rollout = stores.rollouts.object(namespace: experiment.namespace, name: name)
    else { return nil }
    return rollout.uid == reference["uid"]?.string ? rollout : nil
  }

  private func references(of experiment: JSONValue) -> [TemplateReference] {
    ExperimentSpec(experiment).analyses.map {
      TemplateReference(name: $0.templateName, isClusterScoped: $0.isClusterScoped)
    }
  }

  /// Its own Services, and those of somebody else under a name that a template wants.
  private func services(of experiment: JSONValue, _ sets: [JSONValue]) -> [JSONValue] {
    let own = stores.services.objects(index: "owner", experiment.uid)
    var names = Set(sets.map(\.name))
    for template in ExperimentSpec(experiment).templates {
      names.insert(template.serviceName ?? "")
      names.insert("\(experiment.name)-\(template.name)")
    }
    let others = names.subtracting(own.map(\.name)).sorted().compactMap {
      stores.services.object(namespace: experiment.namespace, name: $0)
    }
    return own + others
  }

  /// Its own runs, and those of somebody else under a name that an analysis might get.
  private func runs(of experiment: JSONValue) -> [JSONValue] {
    var runs = stores.analysisRuns.objects(index: "owner", experiment.uid)
    for analysis in ExperimentSpec(experiment).analyses {
      let base = "\(experiment.name)-\(analysis.name)"
      var (name, attempt) = (base, 0)
      while let run = stores.analysisRuns.object(namespace: experiment.namespace, name: name) {
        if !runs.contains(where: { $0.name == name }) { runs.append(run) }
        attempt += 1
        name = "\(base).\(attempt)"
      }
    }
    return runs
  }

  private func objects(of routing: TrafficRouting, for rollout: ObjectKey?) -> LiveRoutes {
    var live: LiveRoutes = routing.addresses.reduce(into: [:]) { $0[$1] = stores.routes.reference($1).object }
    // The Rollout has them asked.
    for witness in routing.witnesses(live) {
      guard let kind = witness.outside?.kind, stores.routes.outside.knows(kind) else { continue }
      live[witness] = stores.routes.reference(witness, for: rollout).testimony
    }
    return live
  }
}
