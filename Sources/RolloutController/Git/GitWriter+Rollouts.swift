import GitOpsCore
package import KubeModel
package import Primitives
package import RolloutCore

extension GitWriter {
  /// Records a verdict of the planner in the source it names.
  package func record(_ verdict: Verdict, of rollout: ObjectKey) {
    submit(Decision(verdict, of: rollout), source: verdict.source)
  }

  /// What the planner may know about Git.
  ///
  /// - Parameters:
  ///   - rollout: Whom the decisions are about.
  ///   - source: The GitSource that its annotation names.
  ///   - object: That GitSource as the cluster has it.
  /// - Returns: Nil when decisions are not recorded: there is no such source, or it does not write back.
  package func origin(of rollout: ObjectKey, in source: ObjectKey, object: JSONValue?) -> GitOrigin? {
    guard let object, GitSource(object).writeBackMode != .none else { return nil }
    let recorded = recorded(for: rollout, in: source)
    return GitOrigin(
      source: source,
      recordedStableHash: recorded?.stableHash,
      recordedDecisions: recorded?.decisionIDs ?? [],
      isKnown: recorded != nil,
      pending: pending(for: rollout)
    )
  }
}

extension Decision {
  /// A verdict of the planner in the form that is committed.
  init(_ verdict: Verdict, of rollout: ObjectKey) {
    self.init(
      rollout: rollout,
      kind: verdict.kind == .promote ? .promote : .abort,
      id: verdict.id,
      revision: verdict.revision,
      step: verdict.step,
      reason: verdict.reason,
      measurements: verdict.measurements,
      oldImages: verdict.stableImages,
      newImages: verdict.images,
      stableHash: verdict.stableHash,
      canaryHash: verdict.podTemplateHash,
      sourceFile: verdict.sourceFile,
      sourceCommit: verdict.sourceCommit,
      decidedBy: verdict.decidedBy,
      at: verdict.at,
      stableTemplate: verdict.stableTemplate
    )
  }
}
