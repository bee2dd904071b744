import AnalysisCore
import Primitives

/// What templates and analyses amount to (reference, section 5.1).
extension ExperimentSituation {
  func concludePhase(_ issue: SpecIssue?, _ draft: inout ExperimentDraft) {
    guard !recorded.isCompleted else { return }
    if let issue, !spec.terminates {
      (draft.status.phase, draft.status.message) = (.error, "Experiment spec invalid: \(issue)")
      return tellOfPhase(&draft)
    }
    let templates = templatesPhase(draft.status)
    if templates.phase == .running, draft.status.availableAt == nil {
      draft.status.availableAt = now.nextWholeSecond
    }
    (draft.status.phase, draft.status.message) = phase(draft.status, templates)
    if let start = draft.status.availableAt, let duration = spec.duration, !hasRunItsTime(draft.status) {
      draft.wake(at: start + duration)
    }
    // Endless ones without analyses wait for a person; all others are looked at again, whatever was forgotten.
    if !draft.status.isCompleted, templates.phase == .pending || !spec.analyses.isEmpty {
      draft.wake(at: now + .seconds(60))
    }
    tellOfPhase(&draft)
  }

  private func tellOfPhase(_ draft: inout ExperimentDraft) {
    guard draft.status.phase != recorded.phase, let phase = draft.status.phase else { return }
    let detail = draft.status.message.isEmpty ? "" : ": \(draft.status.message)"
    draft.event(
      "Experiment\(phase.rawValue)",
      "Experiment transitioned from \(recorded.phase?.rawValue ?? "") -> \(phase.rawValue)\(detail)",
      type: phase.isBad ? "Warning" : "Normal"
    )
  }

  private typealias Assessment = (phase: AnalysisPhase, message: String)

  private func phase(_ status: ExperimentStatus, _ templates: Assessment) -> Assessment {
    let analyses = analysesPhase(status)
    guard templates.phase.isCompleted else {
      // Bad news does not wait for the end of the duration, and the last required success is the end.
      return analyses.phase.isBad || hasAllRequired(status) ? analyses : templates
    }
    guard templates.phase == .successful else { return templates }
    return analyses.phase.isCompleted || spec.hasRequiredAnalyses ? analyses : templates
  }

  /// The worst template.
  private func templatesPhase(_ status: ExperimentStatus) -> Assessment {
    let states = spec.templates.compactMap { status.template($0.name) }
    guard let worst = states.max(by: { $0.condition < $1.condition }) else { return (.successful, "") }
    switch worst.condition {
    case .successful: return (.successful, worst.message)
    case .running: return (.running, worst.message)
    case .progressing: return (.pending, worst.message)
    case .error: return (.error, worst.message)
    case .failed: return (.failed, worst.message)
    }
  }

  /// The worst analysis; one that is not begun counts as running, or not at all when it will not begin any more.
  private func analysesPhase(_ status: ExperimentStatus) -> Assessment {
    var worst: Assessment = (.successful, "")
    for analysis in spec.analyses {
      let known = status.analysis(analysis.name)
      let isGone = spec.terminates && known.map { !$0.phase.isCompleted && !hasRun($0) } ?? spec.terminates
      let phase = isGone ? .successful : known?.phase ?? .pending
      if phase.isWorse(than: worst.phase) { worst = (phase, known?.message ?? "") }
    }
    if !worst.phase.isBad, hasAllRequired(status) { return (.successful, "Required AnalysisRuns completed") }
    return worst.phase == .pending ? (.running, worst.message) : worst
  }

  /// Whether every analysis that the Experiment waits for has succeeded; false when it waits for none.
  private func hasAllRequired(_ status: ExperimentStatus) -> Bool {
    let required = spec.analyses.filter(\.isRequired)
    return !required.isEmpty && required.allSatisfy { status.analysis($0.name)?.phase == .successful }
  }
}
