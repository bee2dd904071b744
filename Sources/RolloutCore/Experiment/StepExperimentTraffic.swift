import AnalysisCore
import KubeModel
import Primitives
import TrafficPlans

/// Shares of the requests for the templates of a step's Experiment (reference, section 2.10).
extension Situation {
  /// The Services of the present Experiment with their shares while all its templates run; stable gives them up. What
  /// asks for more than the canary leaves gets what is left.
  func experimentDestinations(
    _ canary: CanaryStrategy,
    _ status: RolloutStatus,
    canaryWeight: Int
  ) -> [TrafficWeights.Destination] {
    guard canary.hasTrafficRouting, !snapshot.experiments.isEmpty,
      let experiment = currentExperiment(status), let index = status.currentStepIndex
    else { return [] }
    let state = ExperimentStatus(experiment.status)
    guard state.phase == .running, experiment.spec["terminate"]?.bool != true else { return [] }
    var rest = canary.maxTrafficWeight - canaryWeight
    let templates = canary.steps[index].experiment?["templates"]?.array ?? []
    return templates.compactMap { template in
      guard let wanted = template["weight"]?.int, wanted > 0, let name = template["name"]?.string,
        let service = state.template(name)?.serviceName, !service.isEmpty
      else { return nil }
      let weight = min(wanted, rest)
      rest -= weight
      return .init(service: service, weight: weight, port: port(of: name, in: experiment, canary, status))
    }
  }

  /// All Services that the rollout's Experiments have or had, as far as anything tells of them.
  static func experimentServices(_ snapshot: Snapshot, _ spec: RolloutSpec, _ recorded: RolloutStatus)
    -> Set<String>
  {
    let recorded = recorded.weights?["additional"]?.array ?? []
    guard !snapshot.experiments.isEmpty || !recorded.isEmpty else { return [] }
    var names = Set(recorded.compactMap { $0["serviceName"]?.string })
    for experiment in snapshot.experiments where isOwned(experiment, by: snapshot.rollout.uid) {
      for template in ExperimentSpec(experiment).templates {
        guard let name = template.serviceName else { continue }
        names.insert(name.isEmpty ? "\(experiment.name)-\(template.name)" : name)
      }
      names.formUnion(ExperimentStatus(experiment.status).templates.map(\.serviceName))
    }
    return names.subtracting(spec.services + [""])
  }

  /// The port of the Experiment's Service that leads where stable's port in the route leads: that Service has the
  /// containers' ports. Nil when the two cannot be matched.
  private func port(
    of template: String,
    in experiment: JSONValue,
    _ canary: CanaryStrategy,
    _ status: RolloutStatus
  ) -> Int? {
    guard let stable = service(canary.roles(status).stable),
      let pods = ExperimentSpec(experiment).templates.first(where: { $0.name == template })?.template
    else { return nil }
    let own = servicePorts(of: pods)
    for port in stable.spec["ports"]?.array ?? [] {
      let target = port["targetPort"] ?? port["port"]
      if let found = own.first(where: { $0["port"] == target || $0["name"] == target }) {
        return found["port"]?.int
      }
    }
    return own.first?["port"]?.int
  }

  /// Tells of weights that differ from those before, with the last patch that makes them so.
  func tellWeights(_ before: JSONValue?, _ draft: inout Draft) {
    let (old, new) = (
      before?.at("canary", "weight")?.int ?? 0, draft.status.weights?.at("canary", "weight")?.int
    )
    let additional = draft.status.weights?["additional"]?.array ?? []
    guard old != new || before?["additional"]?.array ?? [] != additional else { return }
    let shares = additional.map { "\($0["serviceName"]?.string ?? "")=\($0["weight"]?.int ?? 0)" }
    let detail = shares.isEmpty ? "" : ", additional: \(shares.joined(separator: ", "))"
    draft.eventOfEffect(
      "TrafficWeightUpdated",
      "Traffic weight updated from \(old) to \(new ?? 0)\(detail)"
    )
  }

  /// `status.canary.weights` with the shares of the present Experiment, which stable gives up.
  func addExperiments(to weights: JSONValue, _ canary: CanaryStrategy, _ status: RolloutStatus) -> JSONValue {
    let weight = weights.at("canary", "weight")?.int ?? 0
    let additional = experimentDestinations(canary, status, canaryWeight: weight)
    guard !additional.isEmpty, let experiment = currentExperiment(status) else { return weights }
    let templates = ExperimentStatus(experiment.status).templates
    var weights = weights
    let stable = canary.maxTrafficWeight - weight - additional.reduce(0) { $0 + $1.weight }
    weights.set(JSONValue(stable), at: "stable", "weight")
    weights["additional"] = .array(
      additional.map { destination in
        let hash = templates.first { $0.serviceName == destination.service }?.podTemplateHash ?? ""
        return [
          "weight": JSONValue(destination.weight), "serviceName": .string(destination.service),
          "podTemplateHash": .string(hash),
        ]
      }
    )
    return weights
  }
}
