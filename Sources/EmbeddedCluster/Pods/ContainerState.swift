import KubeModel
import Primitives

/// What became of one container of a pod.
struct ContainerState: Sendable, Equatable {
  /// An ended run of a container.
  struct Termination: Sendable, Equatable {
    var exitCode: Int
    var reason: String
    var startedAt: Instant
    var finishedAt: Instant
    var message = ""

    var json: JSONValue {
      var value: JSONValue = [
        "exitCode": JSONValue(exitCode), "reason": .string(reason),
        "startedAt": .string(startedAt.rfc3339), "finishedAt": .string(finishedAt.rfc3339),
      ]
      if !message.isEmpty { value["message"] = .string(message) }
      return value
    }
  }

  /// Kubernetes' three states of a container.
  enum Phase: Sendable, Equatable {
    case waiting(reason: String, message: String)
    case running(since: Instant)
    case terminated(Termination)
  }

  let name: String
  let image: String
  var phase: Phase
  var last: Termination?
  var restarts = 0
  var isReady = false
  /// Whether the startup probe, if any, has passed.
  var isStarted = false

  init(container: JSONValue, phase: Phase = .waiting(reason: "ContainerCreating", message: "")) {
    name = container["name"]?.string ?? ""
    image = container["image"]?.string ?? ""
    self.phase = phase
  }

  var json: JSONValue {
    [
      "name": .string(name), "image": .string(image), "imageID": "", "ready": .bool(isReady),
      "started": .bool(isStarted), "restartCount": JSONValue(restarts), "state": stateJSON,
      "lastState": last.map { ["terminated": $0.json] } ?? .object([:]),
    ]
  }

  private var stateJSON: JSONValue {
    switch phase {
    case .waiting(let reason, let message):
      var value: JSONValue = ["reason": .string(reason)]
      if !message.isEmpty { value["message"] = .string(message) }
      return ["waiting": value]
    case .running(let since): return ["running": ["startedAt": .string(since.rfc3339)]]
    case .terminated(let termination): return ["terminated": termination.json]
    }
  }
}

/// The status of a pod, computed from its containers.
enum PodStatus {
  /// The next status; a condition keeps its time of transition while its status stays.
  static func make(
    pod: JSONValue,
    phase: String,
    address: String?,
    containers: [ContainerState],
    initContainers: [ContainerState] = [],
    isInitialized: Bool = true,
    now: Instant
  ) -> JSONValue {
    var status = pod.status
    status["phase"] = .string(phase)
    status["hostIP"] = "127.0.0.1"
    status["podIP"] = address.map(JSONValue.string)
    status["podIPs"] = address.map { [["ip": .string($0)]] }
    if status["startTime"] == nil { status["startTime"] = .string(now.rfc3339) }
    status["qosClass"] = "BestEffort"
    status["containerStatuses"] = .array(containers.map(\.json))
    if !initContainers.isEmpty { status["initContainerStatuses"] = .array(initContainers.map(\.json)) }
    let unready = containers.filter { !$0.isReady }.map(\.name)
    let isReady = unready.isEmpty && phase == "Running"
    let isDone = phase == "Succeeded" || phase == "Failed"
    let reason = isReady ? "" : isDone ? "PodCompleted" : "ContainersNotReady"
    let message =
      isReady || isDone ? "" : "containers with unready status: [\(unready.joined(separator: " "))]"
    let verdict = isReady ? "True" : "False"
    status["conditions"] = .array(
      [
        Condition(type: "PodScheduled", status: "True", reason: "", message: ""),
        Condition(type: "Initialized", status: isInitialized ? "True" : "False", reason: "", message: ""),
        Condition(type: "ContainersReady", status: verdict, reason: reason, message: message),
        Condition(type: "Ready", status: verdict, reason: reason, message: message),
      ].map { json(of: $0, in: pod, now: now) }
    )
    return status
  }

  private static func json(of condition: Condition, in pod: JSONValue, now: Instant) -> JSONValue {
    var condition = condition
    let old = PodView(pod).condition(condition.type)
    let since = old?["lastTransitionTime"]?.string.flatMap(Instant.init)
    condition.lastTransitionTime = old?["status"]?.string == condition.status ? since ?? now : now
    var json = condition.json
    for field in ["reason", "message"] where json[field]?.string == "" { json[field] = nil }
    return json
  }
}
