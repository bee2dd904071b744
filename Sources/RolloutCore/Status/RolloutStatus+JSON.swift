import KubeModel
package import Primitives

extension RolloutStatus {
  /// The status object with these fields written over the given one; what is empty is left out, as Argo Rollouts does.
  ///
  /// Where it is known how the given one reads, conditions that did not change are left as they stand.
  package func json(over original: JSONValue, reading known: RolloutStatus? = nil) -> JSONValue {
    var value = original.object == nil ? .object([:]) : original
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
    for (name, count) in [
      ("replicas", counts.replicas), ("updatedReplicas", counts.updated), ("readyReplicas", counts.ready),
      ("availableReplicas", counts.available), ("HPAReplicas", counts.autoscaled),
    ] {
      value[name] = count == 0 ? nil : JSONValue(count)
    }
    write(&value, "canary", "currentStepAnalysisRunStatus", stepAnalysis?.json)
    write(&value, "canary", "currentBackgroundAnalysisRunStatus", backgroundAnalysis?.json)
    write(&value, "canary", "weights", weights)
    write(&value, "canary", "currentExperiment", text(currentExperiment))
    write(&value, "canary", "stablePingPong", text(stablePingPong))
    write(&value, "canary", "queue", list(queue.map(\.json)))
    write(&value, "blueGreen", "activeSelector", text(activeSelector))
    write(&value, "blueGreen", "previewSelector", text(previewSelector))
    write(&value, "blueGreen", "scaleUpPreviewCheckPoint", flag(scaledUpPreview))
    write(&value, "blueGreen", "prePromotionAnalysisRunStatus", prePromotionAnalysis?.json)
    write(&value, "blueGreen", "postPromotionAnalysisRunStatus", postPromotionAnalysis?.json)
    return value
  }

  private func text(_ text: String) -> JSONValue? { text.isEmpty ? nil : .string(text) }

  private func flag(_ flag: Bool) -> JSONValue? { flag ? true : nil }

  private func list(_ elements: [JSONValue]) -> JSONValue? { elements.isEmpty ? nil : .array(elements) }

  private func write(_ value: inout JSONValue, _ section: String, _ field: String, _ content: JSONValue?) {
    guard content != nil || value[section] != nil else { return }
    value.set(content, at: section, field)
    if value[section] == .object([:]) { value[section] = nil }
  }
}
