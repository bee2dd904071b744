import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

extension Timeline {
  /// An effect in few words; nil for one that only follows from another in the same plan.
  func words(for effect: Effect, _ sim: ClusterSim) -> String? {
    switch effect {
    case .setDefaultReplicas: "spec.replicas: 1"
    case .annotateRollout(let annotations):
      annotations.keys.allSatisfy { $0 == RolloutNames.revision }
        ? nil : "annotate the rollout: \(shortKeys(annotations.keys))"
    case .createReplicaSet(let set): words(forNew: set)
    case .scaleReplicaSet(let name, let from, let to, _, _): "\(revision(name)): \(from)→\(to)"
    case .adoptReplicaSet(let name, _, _): "adopt \(revision(name))"
    case .annotateReplicaSet(let name, let annotations): words(for: annotations, of: revision(name))
    case .editReplicaSet(let name, let patch):
      patch.at("spec", "minReadySeconds")?.int.map { "\(revision(name)): available after \($0) s" }
        ?? "edit the template of \(revision(name))"
    case .setPodMetadata(let pod, _, let labels, let annotations):
      "mark a pod of \(revision(ofPod: pod)): \(marks(labels.merging(annotations) { label, _ in label }))"
    case .scaleWorkload(let name, let size, _, _): "Deployment \(name): \(size)"
    case .evictPod(let name, _): "evict a pod of \(revision(ofPod: name))"
    case .deleteReplicaSet(let name, _): "delete \(revision(name))"
    case .selectRevision(let service, let hash, _): "\(service)→\(names[hash] ?? "?")"
    case .changeRoute(let change): words(forRoute: change.address, sim)
    case .createAnalysisRun(let run): "start \(words(forRun: run))"
    case .terminateAnalysisRun(let name): "stop \(words(forRun: sim.analysisRuns[name]))"
    case .deleteAnalysisRun(let name, _): "delete run \(Timeline.withNames(name, names))"
    case .createService(let service): "create service \(service.name)"
    case .deleteService(let name, _): "delete service \(name)"
    case .createExperiment(let experiment): "start experiment \(Timeline.withNames(experiment.name, names))"
    case .terminateExperiment(let name): "stop experiment \(Timeline.withNames(name, names))"
    case .deleteExperiment(let name, _): "delete experiment \(Timeline.withNames(name, names))"
    case .callStepPlugin(let call): "ask \(call.name): \(call.operation.rawValue)"
    case .record(let verdict): "commit \(verdict.kind.rawValue) of r\(verdict.revision)"
    }
  }

  /// An event that neither an effect of the same plan nor the phase tells already.
  func words(for event: PlannedEvent) -> String? {
    switch event.reason {
    case "ScalingReplicaSet", "SwitchService", "TrafficWeightUpdated", "RolloutUpdated",
      "NewReplicaSetCreated",
      "RolloutNotCompleted", "ScalingDeployment", "ExperimentCreated", "RolloutPaused", "RolloutResumed",
      "AnalysisRunRunning":
      nil
    case "RolloutCompleted":
      "[\(event.reason): \(event.message.split(separator: "): ", maxSplits: 1).last ?? "")]"
    default: "[\(event.reason)]"
    }
  }

  private func words(forNew set: JSONValue) -> String {
    let set = ReplicaSetView(set)
    let apart = set.object.spec.at("template", "spec", "affinity", "podAntiAffinity")?.text() ?? ""
    let others = names.filter { !$0.key.isEmpty && apart.contains($0.key) }.map(\.value).sorted()
    let apartFrom = others.isEmpty ? "" : ", apart from \(others.joined(separator: " "))"
    return "create r\(set.revision) with \(set.desired)\(apartFrom)"
  }

  /// Labels and annotations as they become: `role=stable`, `role-` for one that goes.
  private func marks(_ marks: [String: String?]) -> String {
    marks.sorted { $0.key < $1.key }.map { key, value in value.map { "\(key)=\($0)" } ?? "\(key)-" }
      .joined(separator: " ")
  }

  private func revision(_ set: String) -> String {
    names.first { !$0.key.isEmpty && set.hasSuffix("-\($0.key)") }?.value ?? set
  }

  private func revision(ofPod name: String) -> String {
    revision(name.split(separator: "-").dropLast().joined(separator: "-"))
  }

  private func words(for annotations: [String: String?], of revision: String) -> String {
    annotations.sorted { $0.key < $1.key }.map { key, value in
      switch key {
      case RolloutNames.scaleDownDeadline:
        value.flatMap { Instant($0) }.map { "\(revision): 0 at \(seconds($0))" } ?? "\(revision) stays"
      case RolloutNames.revision: "\(revision) becomes r\(value ?? "?")"
      default: "annotate \(revision): \(shortKeys([key]))"
      }
    }.joined(separator: ", ")
  }

  /// A route as it is now: the canary's weight, or those of all services where they take turns, then the shares of an
  /// Experiment's templates and the routes that steps have added.
  private func words(forRoute address: RouteAddress, _ sim: ClusterSim) -> String {
    guard let canary = RolloutSpec(sim.rollout).canary, let route = sim.routes[address] else {
      return "route \(address.key.name)"
    }
    var parts = sim.weightedBackends(of: route, canary).compactMap { words(forBackend: $0, canary) }
    for rule in route.spec["rules"]?.array ?? [] {
      guard let name = rule["name"]?.string, canary.managedRoutes.contains(name) else { continue }
      let mirror = rule["filters"]?.array?.compactMap { $0["requestMirror"] }.first
      parts.append(mirror.map { "mirror \(name) \($0["percent"]?.int ?? 100) %" } ?? "header \(name)")
    }
    return "route \(address.key.name): \(parts.joined(separator: " + "))"
  }

  /// What a service gets; nil for the stable one, which has the rest.
  private func words(forBackend backend: JSONValue, _ canary: CanaryStrategy) -> String? {
    let name = backend["name"]?.string ?? "?"
    let weight = backend["weight"]?.int ?? 1
    if canary.pingPong != nil { return "\(name) \(weight)" }
    if name == canary.stableService { return nil }
    return name == canary.canaryService
      ? String(weight) : "\(name.split(separator: "-").last ?? "?") \(weight)"
  }

  /// An AnalysisRun by its part in the release; a further attempt has its number.
  private func words(forRun run: JSONValue?) -> String {
    guard let run else { return "a run that is gone" }
    let revision = names[run.labels[RolloutNames.podTemplateHash] ?? ""] ?? "?"
    let kind = run.labels["rollout-type"] ?? "?"
    let step = run.labels["step-index"].flatMap { Int($0) }.map { " \($0 + 1)" } ?? ""
    let attempt =
      run.name.split(separator: ".").dropFirst().last.map { ", attempt \((Int($0) ?? 0) + 1)" } ?? ""
    return "\(kind) run\(step) of \(revision)\(attempt)"
  }

  private func shortKeys(_ keys: some Collection<String>) -> String {
    keys.sorted().map { String($0.split(separator: "/").last ?? "") }.joined(separator: ", ")
  }
}
