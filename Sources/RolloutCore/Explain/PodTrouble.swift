import KubeModel
package import Primitives

/// Why a pod is not ready.
package struct PodTrouble: Sendable, Hashable {
  package let pod: String
  package let reason: String
  package let message: String

  /// Nil for a pod that is ready.
  package init?(_ object: JSONValue) {
    let conditions = (object.status["conditions"]?.array ?? []).map { Condition($0) }
    guard conditions.first(where: { $0.type == "Ready" })?.status != "True" || object.isBeingDeleted else {
      return nil
    }
    pod = object.name
    let unschedulable = conditions.first { $0.type == "PodScheduled" && $0.status == "False" }
    let waiting = Self.states(of: object).first { !$0.reason.isEmpty }
    reason = waiting?.reason ?? unschedulable?.reason ?? podStatusText(object)
    message = waiting?.message ?? unschedulable?.message ?? object.status["message"]?.string ?? ""
  }

  /// Whether it is on its way, as far as anybody can tell.
  package var isHarmless: Bool {
    ["ContainerCreating", "PodInitializing", "Pending", "Running", "Terminating"].contains(reason)
  }

  /// `ImagePullBackOff: Back-off pulling image "shop:v9"`, short enough for a sentence.
  package var text: String {
    guard !message.isEmpty else { return reason }
    let line = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return "\(reason): \(line.count > 160 ? line.prefix(159) + "…" : line)"
  }

  /// Why containers wait or have ended, init containers first.
  private static func states(of pod: JSONValue) -> [(reason: String, message: String)] {
    let fields = ["initContainerStatuses", "containerStatuses"]
    return fields.flatMap { pod.status[$0]?.array ?? [] }.compactMap { status in
      if let waiting = status.at("state", "waiting") {
        return (waiting["reason"]?.string ?? "", waiting["message"]?.string ?? "")
      }
      guard let ended = status.at("state", "terminated"), ended["exitCode"]?.int != 0 else { return nil }
      let code = "exit code \(ended["exitCode"]?.int ?? 0)"
      return (ended["reason"]?.string ?? "Error", ended["message"]?.string ?? code)
    }
  }
}

/// The state of a pod as `kubectl get pods` says it: `Init:0/1`, `CrashLoopBackOff`, `Completed`, `Terminating`.
package func podStatusText(_ pod: JSONValue) -> String {
  var text = pod.status["reason"]?.string ?? pod.status["phase"]?.string ?? "Unknown"
  let initial = pod.status["initContainerStatuses"]?.array ?? []
  let total = max(initial.count, pod.spec["initContainers"]?.array?.count ?? 0)
  let unfinished = initial.enumerated().first { $0.element.at("state", "terminated", "exitCode")?.int != 0 }
  // A sidecar among the init containers runs for as long as the pod does.
  if let (index, status) = unfinished, status["started"]?.bool != true {
    let why =
      status.at("state", "terminated").map { endText($0) } ?? status.at("state", "waiting", "reason")?.string
    text =
      why.flatMap { ["", "PodInitializing"].contains($0) ? nil : "Init:\($0)" } ?? "Init:\(index)/\(total)"
  } else {
    for status in (pod.status["containerStatuses"]?.array ?? []).reversed() {
      if let reason = status.at("state", "waiting", "reason")?.string, !reason.isEmpty {
        text = reason
      } else if let ended = status.at("state", "terminated") {
        text = endText(ended)
      }
    }
  }
  return pod.isBeingDeleted ? (pod.status["reason"] == "NodeLost" ? "Unknown" : "Terminating") : text
}

private func endText(_ state: JSONValue) -> String {
  if let reason = state["reason"]?.string, !reason.isEmpty { return reason }
  if let signal = state["signal"]?.int, signal != 0 { return "Signal:\(signal)" }
  return "ExitCode:\(state["exitCode"]?.int ?? 0)"
}
