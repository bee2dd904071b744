package import KubeModel
package import Primitives

/// A Rollout's status as the planner reads and writes it (reference, section 1.6).
///
/// It is a view: fields that it does not know stay in the object and are never touched.
package struct RolloutStatus: Sendable, Hashable {
  /// Why a rollout waits for a person or a clock, and since when.
  package struct PauseCondition: Sendable, Hashable {
    package static let canaryPauseStep = "CanaryPauseStep"
    package static let blueGreenPause = "BlueGreenPause"
    package static let inconclusiveAnalysisRun = "InconclusiveAnalysisRun"
    package static let inconclusiveExperiment = "InconclusiveExperiment"

    package let reason: String
    package let startTime: Instant
  }

  /// The state of an AnalysisRun that belongs to the release in flight.
  package struct RunStatus: Sendable, Hashable {
    package var name: String
    package var phase: String
    package var message: String
  }

  package var phase: String
  package var message: String
  package var observedGeneration: String
  package var currentPodHash: String
  package var currentStepHash: String
  /// Counts the steps that are done; equal to the number of steps at the end, nil when there are none.
  package var currentStepIndex: Int?
  package var stableHash: String
  package var isAborted: Bool
  package var abortedAt: Instant?
  package var promotesFully: Bool
  package var pauseConditions: [PauseCondition]
  /// Whether the controller paused the rollout: true without pause conditions means that a person resumed it.
  package var isControllerPause: Bool
  package var collisionCount: Int?
  package var counts: ReplicaTotals
  package var selector: String
  package var conditions: [Condition]
  package var stepAnalysis: RunStatus?
  package var backgroundAnalysis: RunStatus?
  package var weights: JSONValue?
  /// What AWS has said of the Ingresses' load balancers, in the order of the spec; empty where it is not asked.
  package var loadBalancers: [JSONValue]
  /// Whether the spec names several Ingresses, and the status a list.
  package var listsLoadBalancers: Bool
  /// The name of the present step's Experiment; empty when it has none.
  package var currentExperiment: String
  /// What the release's step plugins were asked and have said.
  package var stepPlugins: [StepPluginStatus]
  /// Which of the two Services is stable, `ping` or `pong`; empty before the first promotion and without them.
  package var stablePingPong: String
  /// Revisions that wait for the release in flight to end, oldest first.
  package var queue: [QueuedRevision]
  /// The `restartAt` that was carried out last.
  package var restartedAt: Instant?
  /// The generation of the referenced workload that was seen last; empty without one.
  package var workloadObservedGeneration: String
  package var activeSelector: String
  package var previewSelector: String
  package var scaledUpPreview: Bool
  package var prePromotionAnalysis: RunStatus?
  package var postPromotionAnalysis: RunStatus?
  /// The record of the release that is in flight or was last; nil where none was kept.
  package var duration: ReleaseDuration?

  package init(_ status: JSONValue) {
    phase = status["phase"]?.string ?? ""
    message = status["message"]?.string ?? ""
    observedGeneration = status["observedGeneration"]?.string ?? ""
    currentPodHash = status["currentPodHash"]?.string ?? ""
    currentStepHash = status["currentStepHash"]?.string ?? ""
    currentStepIndex = status["currentStepIndex"]?.int
    stableHash = status["stableRS"]?.string ?? ""
    isAborted = status["abort"]?.bool ?? false
    abortedAt = status["abortedAt"]?.string.flatMap(Instant.init)
    promotesFully = status["promoteFull"]?.bool ?? false
    pauseConditions = (status["pauseConditions"]?.array ?? []).compactMap { value in
      guard let reason = value["reason"]?.string, let start = value["startTime"]?.string.flatMap(Instant.init)
      else {
        return nil
      }
      return PauseCondition(reason: reason, startTime: start)
    }
    isControllerPause = status["controllerPause"]?.bool ?? false
    collisionCount = status["collisionCount"]?.int
    counts = ReplicaTotals(status)
    selector = status["selector"]?.string ?? ""
    conditions = (status["conditions"]?.array ?? []).map { Condition($0) }
    let canary = status["canary"]
    stepAnalysis = RunStatus(canary?["currentStepAnalysisRunStatus"])
    backgroundAnalysis = RunStatus(canary?["currentBackgroundAnalysisRunStatus"])
    weights = canary?["weights"]
    loadBalancers = status["albs"]?.array ?? status["alb"].map { [$0] } ?? []
    listsLoadBalancers = status["albs"] != nil
    currentExperiment = canary?["currentExperiment"]?.string ?? ""
    stepPlugins = (canary?["stepPluginStatuses"]?.array ?? []).compactMap { StepPluginStatus($0) }
    stablePingPong = canary?["stablePingPong"]?.string ?? ""
    queue = (canary?["queue"]?.array ?? []).compactMap { QueuedRevision($0) }
    restartedAt = status["restartedAt"]?.string.flatMap(Instant.init)
    workloadObservedGeneration = status["workloadObservedGeneration"]?.string ?? ""
    let blueGreen = status["blueGreen"]
    activeSelector = blueGreen?["activeSelector"]?.string ?? ""
    previewSelector = blueGreen?["previewSelector"]?.string ?? ""
    scaledUpPreview = blueGreen?["scaleUpPreviewCheckPoint"]?.bool ?? false
    prePromotionAnalysis = RunStatus(blueGreen?["prePromotionAnalysisRunStatus"])
    postPromotionAnalysis = RunStatus(blueGreen?["postPromotionAnalysisRunStatus"])
    duration = ReleaseDuration(status["duration"])
  }

  /// Whether the newest revision is also the one that was last promoted.
  package var isFullyPromoted: Bool { !stableHash.isEmpty && stableHash == currentPodHash }

  package func pauseCondition(_ reason: String) -> PauseCondition? {
    pauseConditions.first { $0.reason == reason }
  }

  /// Forgets what the gates of a release have said: they are asked anew.
  mutating func forgetGates() {
    stepAnalysis = nil
    backgroundAnalysis = nil
    prePromotionAnalysis = nil
    postPromotionAnalysis = nil
    scaledUpPreview = false
    stepPlugins = []
  }

  package mutating func removePause(_ reason: String) {
    guard pauseCondition(reason) != nil else { return }
    pauseConditions.removeAll { $0.reason == reason }
  }
}

/// Pod counts over the ReplicaSets of a rollout.
package struct ReplicaTotals: Sendable, Hashable {
  package var replicas: Int
  package var updated: Int
  package var ready: Int
  package var available: Int
  /// What an autoscaler must see.
  package var autoscaled: Int

  init(_ status: JSONValue) {
    replicas = status["replicas"]?.int ?? 0
    updated = status["updatedReplicas"]?.int ?? 0
    ready = status["readyReplicas"]?.int ?? 0
    available = status["availableReplicas"]?.int ?? 0
    autoscaled = status["HPAReplicas"]?.int ?? 0
  }
}

extension RolloutStatus.RunStatus {
  init?(_ value: JSONValue?) {
    guard let name = value?["name"]?.string, !name.isEmpty else { return nil }
    self.init(name: name, phase: value?["status"]?.string ?? "", message: value?["message"]?.string ?? "")
  }

  var json: JSONValue {
    var value: JSONValue = ["name": .string(name), "status": .string(phase)]
    if !message.isEmpty { value["message"] = .string(message) }
    return value
  }
}
