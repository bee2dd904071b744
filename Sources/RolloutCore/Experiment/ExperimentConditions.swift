import AnalysisCore
import KubeModel
import Primitives

/// The conditions of an Experiment: `InvalidSpec` and `Progressing` (reference, section 1.12).
extension ExperimentSituation {
  func concludeConditions(_ issue: SpecIssue?, _ draft: inout ExperimentDraft) {
    guard let issue else {
      draft.status.conditions.removeAll { $0.type == "InvalidSpec" }
      concludeProgress(&draft)
      return
    }
    let message = "The Experiment \"\(experiment.name)\" is invalid: \(issue)"
    let isSame = recorded.conditions.first { $0.type == "InvalidSpec" }?.message == message
    draft.status.conditions.set(
      Condition(type: "InvalidSpec", status: "True", reason: "InvalidSpec", message: message),
      at: now,
      refresh: !isSame
    )
  }

  private func concludeProgress(_ draft: inout ExperimentDraft) {
    let status = draft.status
    let subject = "Experiment \"\(experiment.name)\""
    let hasMoved = status.templates.contains { template in
      let before = recorded.template(template.name)
      return before?.replicas != template.replicas || before?.ready != template.ready
        || before?.available != template.available
    }
    var condition = Condition(type: "Progressing", status: "True", reason: "", message: "")
    if status.isCompleted, status.templates.allSatisfy({ $0.replicas == 0 }) {
      let end = status.phase == .successful ? "has successfully ran and completed." : "has completed."
      (condition.status, condition.reason) = ("False", "ExperimentCompleted")
      condition.message = "\(subject) \(end)"
    } else if hasMoved {
      (condition.reason, condition.message) = ("ReplicaSetUpdated", "\(subject) is progressing.")
    } else if status.availableAt != nil, !hasRunItsTime(status), !status.isCompleted {
      (condition.reason, condition.message) = ("NewReplicaSetAvailable", "\(subject) is running.")
    } else {
      return
    }
    draft.status.conditions.set(condition, at: now, refresh: condition.reason == "ReplicaSetUpdated")
  }
}
