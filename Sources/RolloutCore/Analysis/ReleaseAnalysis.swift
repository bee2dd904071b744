import AnalysisCore
import KubeModel
import Primitives

/// The AnalysisRuns of a release: which one a position wants, what those that exist say, and which must end.
extension AnalysisRunKind {
  /// How an abort names it.
  var description: String {
    switch self {
    case .step: "Step-based analysis"
    case .background: "Background analysis"
    case .prePromotion: "Blue/green pre-promotion analysis"
    case .postPromotion: "Blue/green post-promotion analysis"
    }
  }
}

extension RolloutStatus {
  /// Where the status keeps a run; all steps share one place.
  subscript(run: AnalysisRunKind) -> RunStatus? {
    get {
      switch run {
      case .step: stepAnalysis
      case .background: backgroundAnalysis
      case .prePromotion: prePromotionAnalysis
      case .postPromotion: postPromotionAnalysis
      }
    }
    set {
      switch run {
      case .step: stepAnalysis = newValue
      case .background: backgroundAnalysis = newValue
      case .prePromotion: prePromotionAnalysis = newValue
      case .postPromotion: postPromotionAnalysis = newValue
      }
    }
  }

  static var runPlaces: [AnalysisRunKind] { [.step(0), .background, .prePromotion, .postPromotion] }
}

extension RolloutStatus.RunStatus {
  var isCompleted: Bool { AnalysisPhase(rawValue: phase)?.isCompleted ?? false }
}

extension Situation {
  func run(named name: String) -> JSONValue? { snapshot.analysisRuns.first { $0.name == name } }

  /// Copies what the runs say now into the status.
  func observeAnalysis(_ draft: inout Draft) {
    for place in RolloutStatus.runPlaces {
      guard let known = draft.status[place], let run = run(named: known.name) else { continue }
      let phase = run.status["phase"]?.string ?? "Pending"
      draft.status[place]?.phase = phase
      draft.status[place]?.message = run.status["message"]?.string ?? ""
      guard phase != known.phase else { continue }
      let isBad = phase == "Failed" || phase == "Error"
      draft.event(
        "AnalysisRun\(phase)",
        "\(place.label) Analysis Run '\(known.name)' Status New: '\(phase)' Previous: '\(known.phase)'",
        type: isBad ? "Warning" : "Normal"
      )
    }
  }

  /// A failed run aborts; an inconclusive one waits for a person (reference, section 4.2).
  func judgeRuns(_ draft: inout Draft) {
    guard !draft.status.promotesFully else { return }
    let isResumed = draft.status.isControllerPause && draft.status.pauseConditions.isEmpty
    for place in RolloutStatus.runPlaces {
      guard let run = draft.status[place] else { continue }
      switch run.phase {
      case "Failed", "Error":
        let detail = run.message.isEmpty ? "" : ": \(run.message)"
        return abort(&draft, reason: "\(place.description) phase error/failed\(detail)")
      case "Inconclusive":
        if isResumed { askAgain(place, &draft) } else { waitForPerson(&draft) }
      default: continue
      }
    }
  }

  /// A person resumed: the gate is asked once more, by a run of its own. At a pause, that ends with the same word.
  private func askAgain(_ place: AnalysisRunKind, _ draft: inout Draft) {
    draft.status[place] = nil
    let steps = spec.canary?.steps ?? []
    let index = draft.status.currentStepIndex ?? 0
    if steps.indices.contains(index), case .pause = steps[index].action { return }
    draft.status.isControllerPause = false
  }

  private func waitForPerson(_ draft: inout Draft) {
    let reason = RolloutStatus.PauseCondition.inconclusiveAnalysisRun
    guard draft.status.pauseCondition(reason) == nil else { return }
    draft.status.pauseConditions.append(.init(reason: reason, startTime: now.nextWholeSecond))
    draft.status.isControllerPause = true
  }

  func convergeAnalysis(_ canary: CanaryStrategy, _ draft: inout Draft) {
    var wanted: [(AnalysisRunKind, JSONValue)] = []
    let status = draft.status
    if isReleasing(status) {
      let index = status.currentStepIndex ?? 0
      if canary.steps.indices.contains(index), case .analysis(let analysis) = canary.steps[index].action {
        wanted.append((.step(index), analysis))
      }
      if let background = canary.backgroundAnalysis, index >= canary.backgroundStartingStep {
        wanted.append((.background, background))
      }
    }
    converge(wanted, &draft)
  }

  func convergeAnalysis(_ blueGreen: BlueGreenStrategy, _ draft: inout Draft) {
    var wanted: [(AnalysisRunKind, JSONValue)] = []
    let status = draft.status
    let isActive = status.activeSelector == revisions.newHash
    if isReleasing(status), let new = revisions.new {
      let isReady = new.available >= new.desired && new.desired > 0
      if let analysis = blueGreen.prePromotionAnalysis, !isActive, isReady {
        wanted.append((.prePromotion, analysis))
      }
      if let analysis = blueGreen.postPromotionAnalysis, isActive, new.available >= spec.replicas {
        wanted.append((.postPromotion, analysis))
      }
      // What a gate has said stays on the status until the release is over.
      if isActive, let pre = status.prePromotionAnalysis, pre.isCompleted {
        wanted.append((.prePromotion, .null))
      }
    }
    converge(wanted, &draft)
  }

  func isReleasing(_ status: RolloutStatus) -> Bool {
    !status.stableHash.isEmpty && !status.isFullyPromoted && !status.isAborted && !status.promotesFully
      && revisions.new != nil
  }

  private func converge(_ wanted: [(AnalysisRunKind, JSONValue)], _ draft: inout Draft) {
    let reason = RolloutStatus.PauseCondition.inconclusiveAnalysisRun
    if draft.status.pauseCondition(reason) == nil {
      for (run, analysis) in wanted where draft.status[run].map({ !$0.isCompleted }) ?? true {
        ensure(run, analysis, &draft)
        draft.wake(at: now + .seconds(60))
      }
    }
    let kept = Set(wanted.compactMap { draft.status[$0.0]?.name })
    if spec.canary != nil {
      for place in RolloutStatus.runPlaces where draft.status[place].map({ !kept.contains($0.name) }) ?? false
      {
        draft.status[place] = nil
      }
    }
    for run in snapshot.analysisRuns where !kept.contains(run.name) && !isCompleted(run) {
      guard run.spec["terminate"]?.bool != true, run.label("rollout-type") != nil else { continue }
      draft.perform(.terminateAnalysisRun(name: run.name))
    }
  }

  private func isCompleted(_ run: JSONValue) -> Bool {
    AnalysisPhase(rawValue: run.status["phase"]?.string ?? "")?.isCompleted ?? false
  }

  /// Finds or creates the run. A name that an earlier attempt used up gets a number, so that a retry is judged afresh.
  private func ensure(_ kind: AnalysisRunKind, _ analysis: JSONValue, _ draft: inout Draft) {
    if let known = draft.status[kind], run(named: known.name) != nil { return }
    let base = kind.name(rollout: rollout.name, podHash: revisions.newHash, revision: nextRevision)
    let attempts = snapshot.analysisRuns.filter { $0.name == base || $0.name.hasPrefix(base + ".") }
    if let present = attempts.first(where: { isOfAttempt($0, since: draft.status.duration?.startedAt) }) {
      // Pending until the next look, as after its creation: a crash in between leaves nothing untold.
      draft.status[kind] = .init(name: present.name, phase: "Pending", message: "")
      return
    }
    let name = Self.nextName(base, after: attempts)
    switch makeRun(kind, name: name, analysis, stableHash: draft.status.stableHash) {
    case .success(let run):
      draft.perform(.createAnalysisRun(run))
      draft.status[kind] = .init(name: name, phase: "Pending", message: "")
    // An argument has no value after all: without this verdict the release would wait for its run for ever.
    case .failure(let problem):
      draft.status[kind] = .init(name: name, phase: "Error", message: problem.description)
    }
  }

  /// The name itself, or with the number after the highest in use: runs that were cleaned away leave gaps.
  private static func nextName(_ base: String, after attempts: [JSONValue]) -> String {
    let last = attempts.map(\.name).max { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    return last.map(nextAnalysisRunName) ?? base
  }

  /// Whether a run is the answer to what is asked now: one that goes on is, unless it is being ended, which says nothing
  /// of the revision; one that ended is when this attempt made it and a crash kept it from being written down, unless it
  /// settled nothing.
  private func isOfAttempt(_ run: JSONValue, since start: Instant?) -> Bool {
    if !isCompleted(run) { return run.spec["terminate"]?.bool != true }
    guard run.status["phase"] != "Inconclusive" else { return false }
    guard let start, let made = run.creationTimestamp else { return true }
    return made > start
  }

  /// Finished runs past the limits, newest kept, and those whose revision is gone.
  func cleanRuns(_ draft: inout Draft) {
    guard !snapshot.analysisRuns.isEmpty else { return }
    let kept = Set(RolloutStatus.runPlaces.compactMap { draft.status[$0]?.name })
    let hashes = Set(revisions.all.map(\.hash) + [revisions.newHash])
    let finished = snapshot.analysisRuns.filter {
      isCompleted($0) && !kept.contains($0.name) && !$0.isBeingDeleted
    }
    .map { (run: $0, age: ($0.creationTimestamp ?? now, $0.name)) }
    .sorted { $0.age > $1.age }
    var rest = (successful: spec.successfulRunHistoryLimit, unsuccessful: spec.unsuccessfulRunHistoryLimit)
    for (run, _) in finished {
      let isSuccessful = run.status["phase"] == "Successful"
      let isOrphan = !hashes.contains(run.label(RolloutNames.podTemplateHash) ?? "")
      let isOver = isSuccessful ? rest.successful <= 0 : rest.unsuccessful <= 0
      if isOrphan || isOver {
        draft.perform(.deleteAnalysisRun(name: run.name, uid: run.uid))
      } else if isSuccessful {
        rest.successful -= 1
      } else {
        rest.unsuccessful -= 1
      }
    }
  }
}
