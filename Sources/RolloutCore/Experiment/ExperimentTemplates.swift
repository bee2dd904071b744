import KubeModel
import Primitives

/// How far the templates are: counts from the ReplicaSets, and the state that follows.
extension ExperimentSituation {
  func observeTemplates(_ draft: inout ExperimentDraft) {
    for template in spec.templates {
      let before = recorded.template(template.name)
      var after = before ?? .init(name: template.name)
      count(template, &after)
      if !after.condition.isCompleted { judge(template, &after, &draft) }
      tell(of: after, before, &draft)
      draft.status.set(after)
    }
  }

  /// Counts the pods; whatever moves them starts the progress deadline anew.
  private func count(_ template: ExperimentSpec.Template, _ status: inout ExperimentStatus.Template) {
    let before = status
    let set = replicaSets[template.name]
    status.replicas = set?.created ?? 0
    status.ready = set?.ready ?? 0
    status.available = set?.object.status["availableReplicas"]?.int ?? 0
    let isResized = !isEnding(recorded) && set.map { $0.desired != template.replicas } ?? false
    if status != before || isResized || status.lastTransition == nil {
      status.lastTransition = now.wholeSecond
    }
  }

  /// The state of a template that is not completed (reference, section 5.1).
  private func judge(
    _ template: ExperimentSpec.Template,
    _ status: inout ExperimentStatus.Template,
    _ draft: inout ExperimentDraft
  ) {
    let deadline = (status.lastTransition ?? now) + spec.progressDeadline + .seconds(1)
    if isEnding(recorded) {
      // Whatever ended the Experiment, this template did not.
      status.condition = .successful
    } else if let problem = problem(of: template, status) {
      status.condition = .error
      status.message = problem
    } else if status.available == template.replicas {
      status.condition = hasRunItsTime(draft.status) ? .successful : .running
    } else if now >= deadline {
      status.condition = .failed
      let seconds = spec.progressDeadlineSeconds
      status.message = "Template '\(template.name)' exceeded its progressDeadlineSeconds (\(seconds))"
    } else {
      status.condition = .progressing
      draft.wake(at: deadline)
    }
  }

  /// Why the template can never run; nil when nothing speaks against it.
  private func problem(of template: ExperimentSpec.Template, _ status: ExperimentStatus.Template) -> String? {
    let set = makeReplicaSet(of: template, collisionCount: status.collisionCount)
    if case .rejected(let reason) = snapshot.refusals[ExperimentSnapshot.key(set)] {
      return "Failed to create ReplicaSet for template '\(template.name)': \(reason)"
    }
    guard let service = wantedService(of: template) else { return nil }
    let failure = "Failed to create Service \(service.name) for template '\(template.name)'"
    let refusal = snapshot.refusals[ExperimentSnapshot.key(service)]
    if case .rejected(let reason) = refusal { return "\(failure): \(reason)" }
    let isTaken = snapshot.services.contains {
      $0.name == service.name && !isOwned($0, by: experiment.uid)
    }
    guard isTaken || refusal == .occupied else { return nil }
    let owner = "experiment template \(template.name)"
    return "\(failure): service \(service.name) already exists and is not owned by \(owner)"
  }

  private func tell(
    of after: ExperimentStatus.Template,
    _ before: ExperimentStatus.Template?,
    _ draft: inout ExperimentDraft
  ) {
    guard before?.condition != after.condition else { return }
    let old = before?.condition.rawValue ?? ""
    let detail = after.message.isEmpty ? "" : ": \(after.message)"
    draft.event(
      "Template\(after.condition.rawValue)",
      "Template '\(after.name)' transitioned from \(old) -> \(after.condition.rawValue)\(detail)",
      type: after.condition >= .error ? "Warning" : "Normal"
    )
  }
}
