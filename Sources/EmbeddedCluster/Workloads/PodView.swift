import KubeModel
import Primitives

/// What the controllers ask of a pod.
struct PodView: Sendable {
  let pod: JSONValue

  init(_ pod: JSONValue) { self.pod = pod }

  var phase: String { pod.status["phase"]?.string ?? "Pending" }
  var isFinished: Bool { phase == "Succeeded" || phase == "Failed" }
  /// Whether the pod counts towards a desired number: it neither ends nor has ended.
  var isActive: Bool { !pod.isBeingDeleted && !isFinished }

  var readyCondition: JSONValue? { condition("Ready") }
  var isReady: Bool { readyCondition?["status"]?.string == "True" }
  /// When the pod became ready; nil when it is not.
  var readySince: Instant? {
    guard isReady else { return nil }
    return readyCondition?["lastTransitionTime"]?.string.flatMap(Instant.init)
  }

  var restarts: Int {
    (pod.status["containerStatuses"]?.array ?? []).reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }
  }

  var deletionCost: Int {
    pod.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int($0) } ?? 0
  }

  /// When the pod counts as available: ready for that long; nil when it is not ready.
  func availableAt(minReadySeconds: Int) -> Instant? {
    guard isReady else { return nil }
    guard minReadySeconds > 0 else { return readySince ?? Instant(secondsSinceEpoch: 0) }
    return readySince.map { $0 + .seconds(minReadySeconds) }
  }

  func isControlled(by owner: JSONValue) -> Bool { pod.controllerReference?["uid"]?.string == owner.uid }

  func condition(_ type: String) -> JSONValue? {
    pod.status["conditions"]?.array?.first { $0["type"]?.string == type }
  }
}
