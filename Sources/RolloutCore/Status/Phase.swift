import KubeModel
import Primitives

extension Situation {
  /// The phase and its message; the first line that fits wins (reference, section 1.8).
  func phase(_ status: RolloutStatus) -> (String, String) {
    if let failed = status.conditions.first(where: Self.isFailure) {
      return ("Degraded", "\(failed.reason): \(failed.message)")
    }
    if spec.isPaused { return ("Paused", "manually paused") }
    if let pause = status.pauseConditions.first { return ("Paused", pause.reason) }
    if isRestarting(status) { return ("Progressing", "rollout is restarting") }
    if status.counts.updated < spec.replicas { return ("Progressing", "more replicas need to be updated") }
    if status.counts.available < status.counts.updated {
      return ("Progressing", "updated replicas are still becoming available")
    }
    switch spec.strategy {
    case .blueGreen(let blueGreen): return blueGreenPhase(blueGreen, status)
    case .canary(let canary): return canaryPhase(canary, status)
    }
  }

  private static func isFailure(_ condition: Condition) -> Bool {
    condition.type == "InvalidSpec"
      || ["RolloutAborted", "ProgressDeadlineExceeded"].contains(condition.reason)
  }

  private func canaryPhase(_ canary: CanaryStrategy, _ status: RolloutStatus) -> (String, String) {
    if !canary.hasTrafficRouting, status.counts.replicas > status.counts.updated {
      return ("Progressing", "old replicas are pending termination")
    }
    return status.isFullyPromoted ? ("Healthy", "") : ("Progressing", "waiting for all steps to complete")
  }

  private func blueGreenPhase(_ blueGreen: BlueGreenStrategy, _ status: RolloutStatus) -> (String, String) {
    if status.activeSelector.isEmpty || status.activeSelector != status.currentPodHash {
      return ("Progressing", "active service cutover pending")
    }
    guard !status.isFullyPromoted else { return ("Healthy", "") }
    if blueGreen.postPromotionAnalysis != nil, !(status.postPromotionAnalysis?.isCompleted ?? false) {
      return ("Progressing", "waiting for analysis to complete")
    }
    return ("Progressing", "waiting for post-promotion verification to complete")
  }
}
