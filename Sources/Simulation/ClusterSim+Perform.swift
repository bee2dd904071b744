import KubeModel
import Primitives
package import RolloutCore

/// Why an effect was refused.
package struct SimError: Error, Sendable {
  package let message: String
}

extension ClusterSim {
  /// Performs a plan as the performer does: effects in order until one fails, then the status, only if all went well;
  /// each write with its events. `crashAfter` ends the controller after that many writes, the status being the last.
  ///
  /// `seen` is what the plan was made from; nil stands for the world as it is.
  package mutating func perform(_ plan: Plan, from seen: Snapshot? = nil, crashAfter: Int = .max)
    throws(SimError)
  {
    var version = (seen?.rollout ?? rollout).resourceVersion
    for (index, effect) in plan.effects.enumerated() {
      if index >= crashAfter { try crash() }
      if try attempt(effect, &version) { events += plan.events(ofEffect: index) }
    }
    if plan.effects.count >= crashAfter { try crash() }
    if let patch = plan.statusPatch { try write(patch, version) }
    events += plan.events(ofEffect: nil)
    if plan.effects.count + 1 == crashAfter { try crash() }
  }

  /// Writes the status; holds only at the resourceVersion.
  private mutating func write(_ patch: JSONValue, _ version: String) throws(SimError) {
    if happens(settings.faults.crashed) { try crash() }
    if happens(settings.faults.refused) { throw SimError(message: "injected failure") }
    try checkIsCurrent(version)
    writes += 1
    rollout["status"] = MergePatch.apply(patch, to: rollout["status"])
    rollout.set(nextVersion(), at: "metadata", "resourceVersion")
    if happens(settings.faults.unanswered) { throw SimError(message: "injected loss of the answer") }
    if caches.nextThaw != nil { caches.noteRollout(snapshot()) }
  }

  /// A write to the rollout holds only at its version; one that is refused has the rollout read anew.
  private mutating func checkIsCurrent(_ version: String) throws(SimError) {
    guard rollout.resourceVersion != version else { return }
    if caches.nextThaw != nil { caches.noteRollout(snapshot()) }
    throw SimError(message: "the rollout was changed")
  }

  private mutating func patchRollout(_ version: inout String, _ change: (inout JSONValue) -> Void)
    throws(SimError)
  {
    try checkIsCurrent(version)
    let before = rollout
    change(&rollout)
    guard rollout != before else { return }
    if rollout.spec != before.spec {
      rollout.set(JSONValue(rollout.generation + 1), at: "metadata", "generation")
    }
    rollout.set(nextVersion(), at: "metadata", "resourceVersion")
    version = rollout.resourceVersion
  }

  /// Performs one effect, holding it to its precondition; writes to the rollout hold at `version` and lead to the
  /// next. False says that what was to be made was there already.
  mutating func perform(_ effect: Effect, _ version: inout String) throws(SimError) -> Bool {
    writes += 1
    switch effect {
    case .setDefaultReplicas: try patchRollout(&version) { $0.set(1, at: "spec", "replicas") }
    case .annotateRollout(let annotations):
      try patchRollout(&version) { rollout in
        for (key, value) in annotations { rollout.set(.string(value), at: "metadata", "annotations", key) }
      }
    case .createReplicaSet(let set): return create(set)
    case .scaleReplicaSet(let name, let from, let to, let annotations, let version):
      try scale(name, from: from, to: to, at: version)
      try annotate(name, annotations)
    case .adoptReplicaSet(let name, let uid, let owners):
      guard replicaSets[name]?.uid == uid else { throw SimError(message: "\(name) is another one") }
      replicaSets[name]?.set(.array(owners), at: "metadata", "ownerReferences")
    case .annotateReplicaSet(let name, let annotations): try annotate(name, annotations)
    case .editReplicaSet(let name, let patch):
      replicaSets[name] = replicaSets[name].map { MergePatch.apply(patch, to: $0) }
    case .setPodMetadata(let pod, _, let labels, let annotations):
      setMetadata(ofPod: pod, labels, annotations)
    case .scaleWorkload(let name, let size, let before, let version):
      guard let workload, workload.name == name, workload.resourceVersion == version else {
        throw SimError(message: "Deployment \(name) was changed")
      }
      editWorkload { workload in
        workload.set(JSONValue(size), at: "spec", "replicas")
        workload.set(.string(String(before)), at: "metadata", "annotations", RolloutNames.replicasBefore)
      }
    case .evictPod(let name, _): evict(name)
    case .deleteReplicaSet(let name, let uid):
      guard replicaSets[name]?.uid == uid else { return false }
      replicaSets[name] = nil
      reconcilePods()
    case .selectRevision(let service, let hash, let version): try select(service, hash, version)
    case .changeRoute(let change): return try changeRoute(change)
    case .createAnalysisRun(let run): return start(run)
    case .terminateAnalysisRun(let name):
      guard analysisRuns[name] != nil else { throw SimError(message: "AnalysisRun \(name) not found") }
      analysisRuns[name]?.set(true, at: "spec", "terminate")
      runEndsAt[name] = runEndsAt[name] ?? now + .seconds(1)
    case .deleteAnalysisRun(let name, let uid):
      guard analysisRuns[name]?.uid == uid else { return false }
      analysisRuns[name] = nil
    case .createService(let service): create(service: service)
    case .deleteService(let name, _): services[name] = nil
    case .createExperiment(let experiment): create(experiment: experiment)
    case .terminateExperiment(let name): terminateExperiment(name)
    case .deleteExperiment(let name, let uid): deleteExperiment(name, uid)
    case .callStepPlugin(let call): return ask(call)
    case .record(let verdict): record(verdict)
    }
    return true
  }

  private mutating func create(_ set: JSONValue) -> Bool {
    guard replicaSets[set.name] == nil else { return false }
    var set = set
    set.set(.string("rs-\(version)"), at: "metadata", "uid")
    set.set(.string(now.rfc3339), at: "metadata", "creationTimestamp")
    set.set(nextVersion(), at: "metadata", "resourceVersion")
    replicaSets[set.name] = set
    reconcilePods()
    return true
  }

  private mutating func scale(_ name: String, from: Int, to: Int, at version: String?) throws(SimError) {
    guard let set = replicaSets[name].map(withStatus), set.spec["replicas"]?.int == from,
      version == nil || version == set.resourceVersion
    else {
      caches.noteReplicaSet(name, snapshot())
      throw SimError(message: "\(name) was changed")
    }
    let written = nextVersion()
    replicaSets[name]?.set(JSONValue(to), at: "spec", "replicas")
    replicaSets[name]?.set(written, at: "metadata", "resourceVersion")
    reconcilePods()
  }

  private mutating func annotate(_ name: String, _ annotations: [String: String?]) throws(SimError) {
    guard replicaSets[name] != nil else { throw SimError(message: "ReplicaSet \(name) not found") }
    for (key, value) in annotations {
      replicaSets[name]?.set(value.map { .string($0) }, at: "metadata", "annotations", key)
    }
  }

  private mutating func select(_ name: String, _ hash: String, _ version: String) throws(SimError) {
    guard var service = services[name], service.resourceVersion == version else {
      throw SimError(message: "Service \(name) was changed")
    }
    service.set(.string(hash), at: "spec", "selector", RolloutNames.podTemplateHash)
    service.set(.string(rollout.name), at: "metadata", "annotations", RolloutNames.managedBy)
    service.set(nextVersion(), at: "metadata", "resourceVersion")
    services[name] = service
  }

  private mutating func start(_ run: JSONValue) -> Bool {
    guard analysisRuns[run.name] == nil else { return false }
    var run = run
    run.set(.string("run-\(version)"), at: "metadata", "uid")
    run.set(nextVersion(), at: "metadata", "resourceVersion")
    run.set(.string(now.rfc3339), at: "metadata", "creationTimestamp")
    run["status"] = ["phase": "Running"]
    analysisRuns[run.name] = run
    runEndsAt[run.name] = now + .seconds(settings.analysisTime)
    return true
  }

  private mutating func record(_ verdict: Verdict) {
    guard settings.isGitReachable, !decisions.contains(verdict.id) else { return }
    decisions.append(verdict.id)
    if verdict.kind == .promote { recordedStable = verdict.podTemplateHash }
  }
}
