import AnalysisCore
import KubeModel
import Primitives

/// The AnalysisRuns of an Experiment: seen, started once everything is available, and ended with it.
extension ExperimentSituation {
  /// Copies what the runs say now into the status. A run that is not there (yet, or any more) says nothing new.
  func observeAnalyses(_ draft: inout ExperimentDraft) {
    for analysis in spec.analyses {
      guard var status = draft.status.analysis(analysis.name), !status.phase.isCompleted,
        let run = ownRuns.first(where: { $0.name == status.run })
      else { continue }
      status.phase = run.status["phase"]?.string.flatMap(AnalysisPhase.init) ?? .pending
      status.message = run.status["message"]?.string ?? ""
      note(status, &draft)
    }
  }

  /// Starts what is not started once all templates were available; before that only the templates are looked for, so
  /// that a wrong name is told early (reference, section 5.1).
  func startAnalyses(_ draft: inout ExperimentDraft) {
    guard !isEnding(draft.status), mayStart(draft.status) else { return }
    let isOver = hasRunItsTime(draft.status)
    for analysis in spec.analyses {
      guard recorded.availableAt != nil else {
        checkTemplate(of: analysis, &draft)
        continue
      }
      let known = draft.status.analysis(analysis.name)
      if known?.phase.isCompleted ?? false { continue }
      // One that vanished is made again under the name that it had.
      if let known, !known.run.isEmpty, ownRuns.contains(where: { $0.name == known.run }) { continue }
      if isOver, !analysis.isRequired { continue }
      start(analysis, &draft)
    }
  }

  /// Whether nothing has failed yet.
  private func mayStart(_ status: ExperimentStatus) -> Bool {
    status.templates.allSatisfy { $0.condition < .error }
      && status.analyses.allSatisfy { !$0.phase.isCompleted || $0.phase == .successful }
  }

  private func start(_ analysis: ExperimentSpec.Analysis, _ draft: inout ExperimentDraft) {
    switch composeRun(analysis) {
    case .failure(let problem): fail(analysis, "Failed to create AnalysisRun for analysis", problem, &draft)
    case .success(let spec):
      let name = draft.status.analysis(analysis.name)?.run ?? ""
      if name.isEmpty, let present = reusable(analysis, spec) {
        note(.init(name: analysis.name, run: present.name, phase: .pending, message: ""), &draft)
        return
      }
      if let reason = rejection(of: analysis) {
        let problem = CompositionError(reason)
        return fail(analysis, "Failed to create AnalysisRun for analysis", problem, &draft)
      }
      let isTaken = snapshot.refusals["AnalysisRun/\(name)"] == .occupied
      let run = makeRun(named: name.isEmpty || isTaken ? freeName(for: analysis) : name, spec)
      draft.perform(.createAnalysisRun(run))
      note(.init(name: analysis.name, run: run.name, phase: .pending, message: ""), &draft)
    }
  }

  /// What the API said of a run of the analysis that it will never have; nil when it said nothing.
  private func rejection(of analysis: ExperimentSpec.Analysis) -> String? {
    let base = "AnalysisRun/\(experiment.name)-\(analysis.name)"
    return snapshot.refusals.lazy.compactMap { key, refusal in
      guard key == base || key.hasPrefix(base + "."), case .rejected(let reason) = refusal else { return nil }
      return reason
    }.first
  }

  private func checkTemplate(of analysis: ExperimentSpec.Analysis, _ draft: inout ExperimentDraft) {
    let reference = TemplateReference(name: analysis.templateName, isClusterScoped: analysis.isClusterScoped)
    guard template(reference) == nil else { return }
    // Its template may have been applied together with the Experiment and be on its way.
    let patience = (experiment.creationTimestamp ?? now) + .seconds(3)
    guard now >= patience else { return draft.wake(at: patience) }
    let what = "\(analysis.isClusterScoped ? "Cluster" : "")AnalysisTemplate verification failed for analysis"
    fail(analysis, what, CompositionError("\(reference) not found"), &draft)
  }

  private func fail(
    _ analysis: ExperimentSpec.Analysis,
    _ what: String,
    _ problem: CompositionError,
    _ draft: inout ExperimentDraft
  ) {
    let message = "\(what) '\(analysis.name)': \(problem)"
    note(.init(name: analysis.name, run: "", phase: .error, message: message), &draft)
  }

  /// Writes down where an analysis stands, and tells of a change.
  private func note(_ status: ExperimentStatus.Analysis, _ draft: inout ExperimentDraft) {
    let before = draft.status.analysis(status.name)?.phase
    draft.status.set(status)
    guard before != status.phase else { return }
    let detail = status.message.isEmpty ? "" : ": \(status.message)"
    let phases = "\(before?.rawValue ?? "") -> \(status.phase.rawValue)"
    draft.event(
      "AnalysisRun\(status.phase.rawValue)",
      "AnalysisRun '\(status.name)' transitioned from \(phases)\(detail)",
      type: status.phase.isBad ? "Warning" : "Normal"
    )
  }

  /// Ends the runs with the Experiment, and those that nothing refers to.
  func endAnalyses(_ draft: inout ExperimentDraft) {
    let isEnding = isEnding(draft.status)
    let referenced = Set(draft.status.analyses.map(\.run))
    for run in ownRuns where isEnding || !referenced.contains(run.name) {
      let phase = run.status["phase"]?.string.flatMap(AnalysisPhase.init) ?? .pending
      guard !phase.isCompleted, run.spec["terminate"]?.bool != true else { continue }
      draft.perform(.terminateAnalysisRun(name: run.name))
      let name = draft.status.analyses.first { $0.run == run.name }?.name ?? run.name
      draft.eventOfEffect("AnalysisRunTerminating", "Terminating \(name) (\(run.name))")
    }
  }

  /// Whether the run of the analysis is there.
  func hasRun(_ analysis: ExperimentStatus.Analysis) -> Bool {
    ownRuns.contains { $0.name == analysis.run }
  }

  var ownRuns: [JSONValue] {
    snapshot.analysisRuns.filter { isOwned($0, by: experiment.uid) && !$0.isBeingDeleted }
  }
}

extension AnalysisPhase {
  /// Whether it ends an Experiment before its time.
  var isBad: Bool { self == .failed || self == .error || self == .inconclusive }
}
