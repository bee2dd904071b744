import KubeModel
import Primitives
import RolloutCore

extension History {
  /// One thing that people, or the world, do to a rollout.
  func act(_ run: inout HistoryRun, _ random: inout SeededRandom) {
    switch Int.random(in: 0..<(repertoire == .first ? 24 : 28), using: &random) {
    case 0...6: run.sim.setImage("shop:v\(Int.random(in: 1...7, using: &random))")
    case 7, 8: run.sim.abort()
    case 9, 10: run.sim.retry()
    case 11, 12: run.sim.resume()
    case 13: run.sim.promoteFully()
    case 14: skipStep(&run)
    case 15: run.sim.editSpec { $0["paused"] = $0["paused"]?.bool == true ? false : true }
    case 16: run.sim.settings.isGitReachable.toggle()
    case 17: run.sim.editSpec { $0["minReadySeconds"] = JSONValue(Int.random(in: 0...3, using: &random)) }
    case 18...20: run.sim.editSpec { $0["replicas"] = JSONValue(Int.random(in: 0...20, using: &random)) }
    case 21: editSteps(&run, &random)
    case 22: switchStrategy(&run, &random)
    case 24, 25: undo(&run, &random)
    case 26: run.sim.restart()
    case 27: setDynamicScale(&run, &random)
    default: run.sim.losePods(Int.random(in: 1...3, using: &random), for: 10)
    }
  }

  private func skipStep(_ run: inout HistoryRun) {
    let index = run.sim.rollout.at("status", "currentStepIndex")?.int ?? 0
    run.sim.patchStatus(["pauseConditions": .null, "currentStepIndex": JSONValue(index + 1)])
  }

  /// Asks for the template of a revision that is still there, whichever it is.
  private func undo(_ run: inout HistoryRun, _ random: inout SeededRandom) {
    let place = Int.random(in: 0..<4, using: &random)
    let revisions = run.sim.ownReplicaSets.map { ReplicaSetView($0).revision }.sorted(by: >)
    if !revisions.isEmpty { run.sim.undo(toRevision: revisions[place % revisions.count]) }
  }

  /// Lets stable shrink with its requests, or does so no longer, whatever the release is at.
  private func setDynamicScale(_ run: inout HistoryRun, _ random: inout SeededRandom) {
    let isDynamic = Bool.random(using: &random)
    guard let canary = run.sim.rollout.spec.at("strategy", "canary"), canary["trafficRouting"] != nil,
      canary["scaleDownDelaySeconds"] == nil
    else { return }
    run.sim.editSpec { $0.set(isDynamic ? true : nil, at: "strategy", "canary", "dynamicStableScale") }
  }

  private func editSteps(_ run: inout HistoryRun, _ random: inout SeededRandom) {
    let steps = Worlds.otherSteps.randomElement(using: &random) ?? []
    run.sim.editSpec { spec in
      if spec.at("strategy", "canary") != nil { spec.set(steps, at: "strategy", "canary", "steps") }
    }
    run.invariants.forgive(run.sim)
  }

  private func switchStrategy(_ run: inout HistoryRun, _ random: inout SeededRandom) {
    let worlds = repertoire == .first ? Worlds.first : Worlds.all
    guard let other = worlds.randomElement(using: &random) else { return }
    let strategy = other.make(&random).strategy
    // Who takes that away in the middle of a release takes away the pods that it had saved.
    guard run.sim.rollout.spec.at("strategy", "canary", "dynamicStableScale") == nil else { return }
    run.sim.editSpec { $0["strategy"] = strategy }
    run.sim.provide()
    run.invariants.forgive(run.sim)
  }
}
