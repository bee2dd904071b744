package import KubeModel
package import Primitives

/// What a Rollout asks for, decoded leniently: wrong fields read as their defaults here and are named by
/// ``validate(_:)``.
package struct RolloutSpec: Sendable, Hashable {
  /// How the new revision takes over.
  package enum Strategy: Sendable, Hashable {
    case canary(CanaryStrategy)
    case blueGreen(BlueGreenStrategy)
  }

  package let replicas: Int
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
  package let strategy: Strategy

  package init(_ rollout: JSONValue) {
    let spec = rollout.spec
    replicas = spec["replicas"]?.int ?? 1
    selector = spec["selector"] ?? .object([:])
    template = spec["template"] ?? .object([:])
    minReadySeconds = spec["minReadySeconds"]?.int ?? 0
    isPaused = spec["paused"]?.bool ?? false
    revisionHistoryLimit = spec["revisionHistoryLimit"]?.int ?? 10
    progressDeadline = .seconds(spec["progressDeadlineSeconds"]?.int ?? 600)
    abortsOnProgressDeadline = spec["progressDeadlineAbort"]?.bool ?? false
    successfulRunHistoryLimit = spec.at("analysis", "successfulRunHistoryLimit")?.int ?? 5
    unsuccessfulRunHistoryLimit = spec.at("analysis", "unsuccessfulRunHistoryLimit")?.int ?? 5
    if let blueGreen = spec.at("strategy", "blueGreen") {
      strategy = .blueGreen(BlueGreenStrategy(blueGreen))
    } else {
      strategy = .canary(
        CanaryStrategy(spec.at("strategy", "canary") ?? .object([:]), namespace: rollout.namespace)
      )
    }
  }

  /// The Services that the strategy names, in the rollout's namespace.
  package var services: [String] {
    [canary?.canaryService, canary?.stableService, blueGreen?.activeService, blueGreen?.previewService]
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

/// `spec.strategy.canary` (reference, section 1.3).
package struct CanaryStrategy: Sendable, Hashable {
  package let canaryService: String?
  package let stableService: String?
  package let steps: [CanaryStep]
  /// The steps as written, over which their hash is taken.
  package let stepsJSON: JSONValue
  package let maxSurge: IntOrPercent
  package let maxUnavailable: IntOrPercent
  /// The routes that split the traffic; empty means that replica counts alone do.
  package let routes: [ObjectKey]
  package let hasTrafficRouting: Bool
  package let scaleDownDelay: Duration
  /// Nil keeps an aborted canary for ever.
  package let abortScaleDownDelay: Duration?
  package let minPodsPerReplicaSet: Int
  /// Background analysis, and the step from which it runs.
  package let backgroundAnalysis: JSONValue?
  package let backgroundStartingStep: Int

  init(_ value: JSONValue, namespace: String) {
    canaryService = value["canaryService"]?.string
    stableService = value["stableService"]?.string
    stepsJSON = value["steps"] ?? .null
    steps = (value["steps"]?.array ?? []).map(CanaryStep.init)
    maxSurge = value["maxSurge"].flatMap { IntOrPercent($0) } ?? .percent(25)
    maxUnavailable = value["maxUnavailable"].flatMap { IntOrPercent($0) } ?? .percent(25)
    hasTrafficRouting = value["trafficRouting"]?.object != nil
    let gateway = value.at("trafficRouting", "plugins", RolloutNames.gatewayPlugin) ?? .object([:])
    let names = [gateway["httpRoute"]] + (gateway["httpRoutes"]?.array ?? []).map { $0["name"] }
    let routeNamespace = gateway["namespace"]?.string ?? namespace
    routes = names.compactMap { $0?.string }.map { ObjectKey(namespace: routeNamespace, name: $0) }
    scaleDownDelay = .seconds(value["scaleDownDelaySeconds"]?.int ?? 30)
    let abortDelay = value["abortScaleDownDelaySeconds"]?.int ?? 30
    abortScaleDownDelay = abortDelay == 0 ? nil : .seconds(abortDelay)
    minPodsPerReplicaSet = value["minPodsPerReplicaSet"]?.int ?? 0
    backgroundAnalysis = value["analysis"]
    backgroundStartingStep = value.at("analysis", "startingStep")?.int ?? 0
  }
}

/// One step of a canary (reference, section 1.5); `analyze` is accepted as another spelling of `analysis`.
package enum CanaryStep: Sendable, Hashable {
  case setWeight(Int)
  /// Nil waits for a person.
  case pause(Duration?)
  case analysis(JSONValue)
  /// A step that this version cannot perform, or that is malformed; validation says why.
  case unsupported(String)

  init(_ value: JSONValue) {
    if let weight = value["setWeight"] {
      self = weight.int.map(CanaryStep.setWeight) ?? .unsupported("setWeight")
    } else if let pause = value["pause"] {
      self = .pause(pause: pause)
    } else if let analysis = value["analysis"] ?? value["analyze"] {
      self = .analysis(analysis)
    } else {
      self = .unsupported(value.object?.keys.sorted().first ?? "empty")
    }
  }

  private static func pause(pause: JSONValue) -> CanaryStep {
    guard let duration = pause["duration"], !duration.isNull else { return .pause(nil) }
    return CanaryStep.duration(duration).map { .pause($0) } ?? .unsupported("pause")
  }

  /// A duration as a step has it: seconds as a number, digits, or Go's notation.
  static func duration(_ value: JSONValue) -> Duration? {
    if let seconds = value.int { return seconds >= 0 ? .seconds(seconds) : nil }
    guard let text = value.string else { return nil }
    if let seconds = Int(text) { return seconds >= 0 ? .seconds(seconds) : nil }
    return Duration(go: text).flatMap { $0 >= .zero ? $0 : nil }
  }
}

/// `spec.strategy.blueGreen` (reference, section 1.2).
package struct BlueGreenStrategy: Sendable, Hashable {
  package let activeService: String
  package let previewService: String?
  package let previewReplicaCount: Int?
  package let promotesAutomatically: Bool
  package let autoPromotionDelay: Duration
  package let scaleDownDelay: Duration
  /// Nil keeps an aborted preview for ever.
  package let abortScaleDownDelay: Duration?
  package let prePromotionAnalysis: JSONValue?
  package let postPromotionAnalysis: JSONValue?

  init(_ value: JSONValue) {
    activeService = value["activeService"]?.string ?? ""
    previewService = value["previewService"]?.string
    previewReplicaCount = value["previewReplicaCount"]?.int
    promotesAutomatically = value["autoPromotionEnabled"]?.bool ?? true
    autoPromotionDelay = .seconds(value["autoPromotionSeconds"]?.int ?? 0)
    scaleDownDelay = .seconds(value["scaleDownDelaySeconds"]?.int ?? 30)
    let abortDelay = value["abortScaleDownDelaySeconds"]?.int ?? 30
    abortScaleDownDelay = abortDelay == 0 ? nil : .seconds(abortDelay)
    prePromotionAnalysis = value["prePromotionAnalysis"]
    postPromotionAnalysis = value["postPromotionAnalysis"]
  }
}
