import KubeModel
package import Primitives
package import RolloutCore
import TrafficPlans

/// Experiments, which the world runs by the real planner: beside the rollout's, and never refused.
extension ClusterSim {
  /// What the observer of Experiments would read now; nil when there is none of that name.
  package func experimentSnapshot(_ name: String) -> ExperimentSnapshot? {
    guard let experiment = experiments[name] else { return nil }
    return ExperimentSnapshot(
      now: now,
      experiment: experiment,
      replicaSets: replicaSets.values.filter { isPart($0, of: experiment) }.map { withStatus($0) },
      services: Array(services.values),
      analysisRuns: Array(analysisRuns.values),
      analysisTemplates: analysisTemplates,
      routing: RolloutSpec(rollout).canary?.routing,
      routes: routes
    )
  }

  /// Adds an Experiment as a person would.
  package mutating func create(experiment: JSONValue) {
    guard experiments[experiment.name] == nil else { return }
    var experiment = experiment
    experiment.set(.string("exp-\(experiment.name)"), at: "metadata", "uid")
    experiment.set(.string(now.rfc3339), at: "metadata", "creationTimestamp")
    experiment.set(nextVersion(), at: "metadata", "resourceVersion")
    experiments[experiment.name] = experiment
    experimentWakes[experiment.name] = now + .seconds(1)
  }

  package mutating func terminateExperiment(_ name: String) {
    editExperiment(name) { $0.set(true, at: "spec", "terminate") }
  }

  /// Changes an Experiment as a person would; `status: null` starts it over.
  package mutating func editExperiment(_ name: String, _ change: (inout JSONValue) -> Void) {
    guard var experiment = experiments[name] else { return }
    change(&experiment)
    guard experiment != experiments[name] else { return }
    experiment.set(nextVersion(), at: "metadata", "resourceVersion")
    experiments[name] = experiment
    experimentWakes[name] = now + .seconds(1)
  }

  /// Deletes a ReplicaSet with its pods, as a person would.
  package mutating func loseReplicaSet(_ name: String) {
    replicaSets[name] = nil
    reconcilePods()
    for name in experiments.keys { experimentWakes[name] = now + .seconds(1) }
  }

  /// Everything that the Experiment owns goes with it.
  mutating func deleteExperiment(_ name: String, _ uid: String) {
    guard let experiment = experiments[name], experiment.uid == uid else { return }
    experiments[name] = nil
    experimentWakes[name] = nil
    replicaSets = replicaSets.filter { !isPart($0.value, of: experiment) }
    services = services.filter { !isPart($0.value, of: experiment) }
    analysisRuns = analysisRuns.filter { !isPart($0.value, of: experiment) }
    reconcilePods()
  }

  mutating func create(service: JSONValue) {
    guard services[service.name] == nil else { return }
    var service = service
    service.set(.string("service-\(service.name)"), at: "metadata", "uid")
    service.set(nextVersion(), at: "metadata", "resourceVersion")
    services[service.name] = service
  }

  /// Plans and performs every Experiment that runs or has something due, until it is quiet.
  mutating func tendExperiments() {
    for (name, experiment) in experiments.sorted(by: { $0.key < $1.key }) {
      let isDue = experimentWakes[name].map { $0 <= now } ?? false
      guard isDue || !ExperimentStatus(experiment.status).isCompleted else { continue }
      experimentWakes[name] = now + .seconds(1)
      for _ in 0..<20 {
        guard let snapshot = experimentSnapshot(name) else { break }
        let plan = planExperiment(snapshot)
        guard !plan.isQuiet else {
          if case .at(let wake) = plan.wake {
            experimentWakes[name] = wake
          } else {
            experimentWakes[name] = nil
          }
          break
        }
        do { try perform(plan, on: name) } catch { break }
      }
    }
  }

  private mutating func perform(_ plan: ExperimentPlan, on name: String) throws(SimError) {
    var version = rollout.resourceVersion
    for (index, effect) in plan.effects.enumerated() {
      if try perform(effect, &version) { experimentEvents += plan.events(ofEffect: index) }
    }
    if let patch = plan.statusPatch, var experiment = experiments[name] {
      writes += 1
      experiment["status"] = MergePatch.apply(patch, to: experiment["status"])
      experiment.set(nextVersion(), at: "metadata", "resourceVersion")
      experiments[name] = experiment
    }
    experimentEvents += plan.events(ofEffect: nil)
  }

  private func isPart(_ object: JSONValue, of experiment: JSONValue) -> Bool {
    object.controllerReference?["uid"]?.string == experiment.uid
  }

  /// Whether an Experiment has made the object, and not the rollout.
  func isOfExperiment(_ object: JSONValue) -> Bool { object.controllerReference?["kind"] == "Experiment" }

  /// The rollout's ReplicaSets, without those of Experiments.
  package var ownReplicaSets: [JSONValue] { replicaSets.values.filter { !isOfExperiment($0) } }

  /// The image that an Experiment's run judges: the first of its templates' that a verdict is set for.
  func image(ofExperimentRun run: JSONValue) -> String {
    let owner = run.controllerReference?["uid"]
    let images = replicaSets.values.filter { $0.controllerReference?["uid"] == owner }
      .flatMap { containerImages(of: $0.spec["template"] ?? .null).values }
    return images.sorted().first { settings.verdicts[$0] != nil } ?? ""
  }
}
