import KubeModel
package import Primitives

extension RolloutStatus {
  /// The status object with these fields written over the given one; what is empty is left out, as Argo Rollouts does.
  ///
  /// Where it is known how the given one reads, conditions that did not change are left as they stand.
  package func json(over original: JSONValue, reading known: RolloutStatus? = nil) -> JSONValue {
    var value = original.object ?? [:]
    value["phase"] = text(phase)
    value["message"] = text(message)
    value["observedGeneration"] = text(observedGeneration)
    value["currentPodHash"] = text(currentPodHash)
    value["currentStepHash"] = text(currentStepHash)
    value["currentStepIndex"] = currentStepIndex.map { JSONValue($0) }
    value["stableRS"] = text(stableHash)
    value["abort"] = flag(isAborted)
    value["abortedAt"] = abortedAt.map { .string($0.rfc3339) }
    value["promoteFull"] = flag(promotesFully)
    value["controllerPause"] = flag(isControllerPause)
    value["collisionCount"] = collisionCount.map { JSONValue($0) }
    value["selector"] = text(selector)
    value["restartedAt"] = restartedAt.map { .string($0.rfc3339) }
    value["workloadObservedGeneration"] = text(workloadObservedGeneration)
    value["duration"] = duration?.json
    value["pauseConditions"] = list(
      pauseConditions.map { ["reason": .string($0.reason), "startTime": .string($0.startTime.rfc3339)] }
    )
    if conditions != known?.conditions { value["conditions"] = list(conditions.map(\.json)) }
    value["replicas"] = number(counts.replicas)
    value["updatedReplicas"] = number(counts.updated)
    value["readyReplicas"] = number(counts.ready)
    value["availableReplicas"] = number(counts.available)
    value["HPAReplicas"] = number(counts.autoscaled)
    value["alb"] = listsLoadBalancers ? nil : loadBalancers.first
    value["albs"] = listsLoadBalancers ? list(loadBalancers) : nil
    value["canary"] = canary(over: value["canary"])
    value["blueGreen"] = blueGreen(over: value["blueGreen"])
    return .object(value)
  }

  private func canary(over original: JSONValue?) -> JSONValue? {
    var value = original?.object ?? [:]
    value["currentStepAnalysisRunStatus"] = stepAnalysis?.json
    value["currentBackgroundAnalysisRunStatus"] = backgroundAnalysis?.json
    value["weights"] = weights
    value["currentExperiment"] = text(currentExperiment)
    value["stepPluginStatuses"] = list(stepPlugins.map(\.json))
    value["stablePingPong"] = text(stablePingPong)
    value["queue"] = list(queue.map(\.json))
    return value.isEmpty ? nil : .object(value)
  }

  private func blueGreen(over original: JSONValue?) -> JSONValue? {
    var value = original?.object ?? [:]
    value["activeSelector"] = text(activeSelector)
    value["previewSelector"] = text(previewSelector)
    value["scaleUpPreviewCheckPoint"] = flag(scaledUpPreview)
    value["prePromotionAnalysisRunStatus"] = prePromotionAnalysis?.json
    value["postPromotionAnalysisRunStatus"] = postPromotionAnalysis?.json
    return value.isEmpty ? nil : .object(value)
  }

  private func text(_ text: String) -> JSONValue? { text.isEmpty ? nil : .string(text) }

  private func flag(_ flag: Bool) -> JSONValue? { flag ? true : nil }

  private func number(_ count: Int) -> JSONValue? { count == 0 ? nil : JSONValue(count) }

  private func list(_ elements: [JSONValue]) -> JSONValue? { elements.isEmpty ? nil : .array(elements) }
}
