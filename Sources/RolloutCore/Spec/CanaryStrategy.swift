import KubeModel
package import Primitives
package import TrafficPlans

/// `spec.strategy.canary` (reference, section 1.3).
package struct CanaryStrategy: Sendable, Hashable {
  /// What a revision does that arrives while another one is being released.
  package enum NewRevisionPolicy: String, Sendable, CaseIterable {
    /// It takes the release over from the first step, as Argo Rollouts does.
    case restart
    /// It waits, behind all that came before it.
    case queue
    /// It waits, and a newer one takes its place.
    case queueLatest
  }

  package let canaryService: String?
  package let stableService: String?
  package let steps: [CanaryStep]
  /// The steps as written, over which their hash is taken.
  package let stepsJSON: JSONValue
  package let maxSurge: IntOrPercent
  package let maxUnavailable: IntOrPercent
  /// The routers that split the traffic; none means that replica counts alone do.
  package let routing: TrafficRouting
  package let hasTrafficRouting: Bool
  /// Which users stay with the revision that has answered them.
  package let stickiness: Stickiness?
  /// The largest weight, which stands for all requests; 100 unless the router counts otherwise.
  package let maxTrafficWeight: Int
  /// Names of the header and mirror routes that steps may make, in the order of their precedence.
  package let managedRoutes: [String]
  package let scaleDownDelay: Duration
  /// How many old ReplicaSets may wait for their delay at once; nil for any number.
  package let scaleDownDelayRevisionLimit: Int?
  /// Nil keeps an aborted canary for ever.
  package let abortScaleDownDelay: Duration?
  /// Whether the delay after an abort is written in the spec, which `dynamicStableScale` asks.
  package let hasAbortScaleDownDelay: Bool
  /// Whether the stable revision shrinks as traffic leaves it.
  package let dynamicStableScale: Bool
  package let minPodsPerReplicaSet: Int
  /// How much of a ReplicaSet must be available for it to count as complete; nil asks for all of it.
  package let replicaProgressThreshold: ReplicaProgressThreshold?
  /// Two Services that take turns at being the stable one; nil when the Services have fixed parts.
  package let pingPong: PingPongServices?
  package let onNewRevision: NewRevisionPolicy
  /// Background analysis, and the step from which it runs.
  package let backgroundAnalysis: JSONValue?
  package let backgroundStartingStep: Int
  package let antiAffinity: JSONValue?
  /// Labels and annotations that the pods of a revision carry while it is the canary, and while it is stable.
  package let canaryMetadata: JSONValue?
  package let stableMetadata: JSONValue?

  init(_ value: JSONValue, of rollout: ObjectKey) {
    canaryService = value["canaryService"]?.string
    stableService = value["stableService"]?.string
    stepsJSON = value["steps"] ?? .null
    steps = (value["steps"]?.array ?? []).map(CanaryStep.init)
    maxSurge = value["maxSurge"].flatMap { IntOrPercent($0) } ?? .percent(25)
    maxUnavailable = value["maxUnavailable"].flatMap { IntOrPercent($0) } ?? .percent(25)
    let routing = value["trafficRouting"]
    hasTrafficRouting = routing?.object != nil
    stickiness = routing?["stickiness"]?.string.flatMap(Stickiness.init)
    maxTrafficWeight = max(1, routing?["maxTrafficWeight"]?.int32 ?? 100)
    managedRoutes = (routing?["managedRoutes"]?.array ?? []).compactMap { $0["name"]?.string }
    self.routing = TrafficRouting(routing, rollout: rollout)
    scaleDownDelay = .seconds(value["scaleDownDelaySeconds"]?.int32 ?? 30)
    scaleDownDelayRevisionLimit = value["scaleDownDelayRevisionLimit"]?.int32
    let abortDelay = value["abortScaleDownDelaySeconds"]?.int32
    hasAbortScaleDownDelay = abortDelay != nil
    abortScaleDownDelay = abortDelay == 0 ? nil : .seconds(abortDelay ?? 30)
    dynamicStableScale = value["dynamicStableScale"]?.bool ?? false
    minPodsPerReplicaSet = value["minPodsPerReplicaSet"]?.int32 ?? 0
    replicaProgressThreshold = value["replicaProgressThreshold"].flatMap(ReplicaProgressThreshold.init)
    pingPong = value["pingPong"].flatMap(PingPongServices.init)
    onNewRevision = value["onNewRevision"]?.string.flatMap(NewRevisionPolicy.init) ?? .restart
    let background = value["analysis"]
    backgroundAnalysis = background?["templates"]?.array?.isEmpty == false ? background : nil
    backgroundStartingStep = value.at("analysis", "startingStep")?.int32 ?? 0
    antiAffinity = value["antiAffinity"]
    canaryMetadata = value["canaryMetadata"]
    stableMetadata = value["stableMetadata"]
  }
}

/// `pingPong`: two Services, of which the status says which one is stable now.
package struct PingPongServices: Sendable, Hashable {
  package let ping: String
  package let pong: String

  init?(_ value: JSONValue) {
    guard value.object != nil else { return nil }
    ping = value["pingService"]?.string ?? ""
    pong = value["pongService"]?.string ?? ""
  }
}

/// `replicaProgressThreshold`: a share or a number of pods that is enough to go on (reference, section 2.3).
package enum ReplicaProgressThreshold: Sendable, Hashable {
  case percent(Int)
  case pods(Int)

  /// Nil for an unknown type and for a negative value, which ask for all pods.
  init?(_ value: JSONValue) {
    guard let number = value["value"]?.int32, number >= 0 else { return nil }
    switch value["type"]?.string {
    case "Percent": self = .percent(number)
    case "Pods": self = .pods(number)
    default: return nil
    }
  }

  /// Whether so many available pods are enough where so many are wanted.
  package func isMet(available: Int, desired: Int) -> Bool {
    switch self {
    case .percent(let percent): desired == 0 || available * 100 >= percent * desired
    case .pods(let pods): available >= pods
    }
  }
}
