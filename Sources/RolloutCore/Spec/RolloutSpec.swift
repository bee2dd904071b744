import KubeModel
package import Primitives

/// What a Rollout asks for, decoded leniently: wrong fields read as their defaults here and are named by
/// ``validate(_:)``.
package struct RolloutSpec: Sendable, Hashable {
  /// How the new revision takes over.
  package indirect enum Strategy: Sendable, Hashable {
    case canary(CanaryStrategy)
    case blueGreen(BlueGreenStrategy)
  }

  package private(set) var replicas: Int
  package let selector: JSONValue
  package let template: JSONValue
  package let minReadySeconds: Int
  package let isPaused: Bool
  package let revisionHistoryLimit: Int
  package let progressDeadline: Duration
  package let abortsOnProgressDeadline: Bool
  /// How many finished AnalysisRuns are kept: successful ones, and all others.
  package let successfulRunHistoryLimit: Int
  package let unsuccessfulRunHistoryLimit: Int
  /// Pods made before this instant are to be replaced.
  package let restartAt: Instant?
  /// A return to one of this many revisions before the stable one skips the steps; 0 for none.
  package let rollbackWindow: Int
  /// The workload whose pod template is released; nil when the Rollout has its own.
  package let workloadRef: WorkloadReference?
  package let strategy: Strategy

  package init(_ rollout: JSONValue) { self.init(rollout, workload: nil) }

  /// The spec with the template, and where it has none the selector, of the workload that it names.
  init(_ rollout: JSONValue, workload: WorkloadTemplate?) {
    let spec = rollout.spec
    replicas = max(0, spec["replicas"]?.int32 ?? 1)
    selector = spec["selector"] ?? workload?.selector ?? .object([:])
    template = workload?.template ?? spec["template"] ?? .object([:])
    minReadySeconds = spec["minReadySeconds"]?.int32 ?? 0
    isPaused = spec["paused"]?.bool ?? false
    revisionHistoryLimit = spec["revisionHistoryLimit"]?.int32 ?? 10
    progressDeadline = Self.progressDeadline(spec)
    abortsOnProgressDeadline = spec["progressDeadlineAbort"]?.bool ?? false
    successfulRunHistoryLimit = spec.at("analysis", "successfulRunHistoryLimit")?.int32 ?? 5
    unsuccessfulRunHistoryLimit = spec.at("analysis", "unsuccessfulRunHistoryLimit")?.int32 ?? 5
    restartAt = spec["restartAt"]?.string.flatMap(Instant.init)
    rollbackWindow = spec.at("rollbackWindow", "revisions")?.int32 ?? 0
    workloadRef = spec["workloadRef"].flatMap(WorkloadReference.init)
    if let blueGreen = spec.at("strategy", "blueGreen") {
      strategy = .blueGreen(BlueGreenStrategy(blueGreen))
    } else {
      strategy = .canary(
        CanaryStrategy(spec.at("strategy", "canary") ?? .object([:]), of: ObjectKey(rollout))
      )
    }
  }

  /// How long a release may stand still.
  static func progressDeadline(_ spec: JSONValue) -> Duration {
    .seconds(spec["progressDeadlineSeconds"]?.int32 ?? 600)
  }

  /// The same with another number of replicas.
  func sized(_ replicas: Int) -> RolloutSpec {
    var spec = self
    spec.replicas = replicas
    return spec
  }

  /// The Services that the strategy names, in the rollout's namespace.
  package var services: [String] {
    [
      canary?.canaryService, canary?.stableService, canary?.pingPong?.ping, canary?.pingPong?.pong,
      blueGreen?.activeService, blueGreen?.previewService,
    ]
    .compactMap { $0 }
  }

  /// The canary strategy, or nil for blue/green.
  package var canary: CanaryStrategy? {
    guard case .canary(let canary) = strategy else { return nil }
    return canary
  }

  /// The blue/green strategy, or nil for canary.
  package var blueGreen: BlueGreenStrategy? {
    guard case .blueGreen(let blueGreen) = strategy else { return nil }
    return blueGreen
  }
}
