import KubeModel
package import Primitives
package import RolloutCore
package import TrafficPlans

/// The planner's world in virtual time: one rollout with its ReplicaSets, pods, services, route and runs.
///
/// It is a value without a clock or I/O. Time moves when it is told to, effects fail when it is told to, and all
/// chance comes from one seed, so that a history that went wrong can be played again.
package struct ClusterSim: Sendable {
  /// A pod that exists, with the metadata that its ReplicaSet's template had when it was made.
  package struct Pod: Sendable, Hashable {
    package let name: String
    package let createdAt: Instant
    package var metadata: JSONValue
    /// Nil when it never becomes ready.
    package var readyAt: Instant?
    /// Whether it was ready until the world took it away, or stands in for one that was and was evicted.
    var isMissed = false
    /// Whether it stands in for a ready one that was evicted.
    var isReplacement = false

    func ready(at instant: Instant?, isMissed: Bool = false) -> Pod {
      var pod = self
      pod.readyAt = instant
      pod.isMissed = isMissed
      pod.isReplacement = false
      return pod
    }

    func isReady(at instant: Instant) -> Bool { readyAt.map { $0 <= instant } ?? false }
  }

  package internal(set) var now: Instant
  package internal(set) var rollout: JSONValue
  package internal(set) var replicaSets: [String: JSONValue] = [:]
  package internal(set) var services: [String: JSONValue] = [:]
  package internal(set) var routes: LiveRoutes = [:]
  package internal(set) var analysisRuns: [String: JSONValue] = [:]
  package internal(set) var experiments: [String: JSONValue] = [:]
  /// The object that `spec.workloadRef` names; nil when it is missing.
  package var workload: JSONValue?
  package var analysisTemplates: [String: JSONValue] = [:]
  /// What Git has recorded: the stable hash and the ids of the decisions, in order.
  package internal(set) var recordedStable: String?
  package internal(set) var decisions: [String] = [] {
    didSet { recordedDecisions = Set(decisions) }
  }
  /// The same ids, as the planner asks for them.
  private var recordedDecisions: Set<String> = []
  package internal(set) var events: [PlannedEvent] = []
  package internal(set) var experimentEvents: [PlannedEvent] = []
  /// Routes as the data plane follows them, some time behind the objects.
  package internal(set) var dataPlane: LiveRoutes = [:]
  /// Writes done to the API, by kind of effect.
  package internal(set) var writes = 0

  package internal(set) var pods: [String: [Pod]] = [:]
  /// Pods that were missed and then taken out of use.
  var missedPodsRemoved = 0
  var podCount = 0
  var routeSeenAt: [RouteAddress: Instant] = [:]
  var runEndsAt: [String: Instant] = [:]
  var experimentWakes: [String: Instant] = [:]
  /// Calls of step plugins since the controller started, by id.
  var pluginCalls: [String: PluginCall] = [:]
  /// All calls that step plugins ever got, in order.
  package internal(set) var stepPluginCalls: [StepPluginCall] = []
  var version = 1
  var random: SeededRandom
  /// What the controller sees of the world where its watches are lost.
  var caches = Caches()
  /// The spec as the controller has read it last.
  var reading: SpecReading?
  /// How far the controller's clock is ahead.
  package internal(set) var clockError = Duration.zero
  /// Effects that were not harmless when they were performed twice.
  package internal(set) var harm: [String] = []
  package var settings: Settings

  /// How the world behaves.
  package struct Settings: Sendable {
    package var podStart: ClosedRange<Int>
    /// Seconds until the data plane follows a changed route.
    package var routeLag: Int
    /// Seconds that a measurement of an AnalysisRun takes.
    package var analysisTime: Int
    package var faults: Faults
    /// Images whose pods never become ready.
    package var brokenImages: Set<String>
    /// Images of which so many pods never become ready.
    package var stuckPods: [String: Int]
    /// Phases with which analysis ends instead of Successful, by image or, before that, by the kind of run (`Step`,
    /// `Background`, `PrePromotion`, `PostPromotion`); `Running` means that it ends when it is told to only.
    package var verdicts: [String: String]
    /// What a step plugin answers, one call after the other and the last for ever, by its name, or by name and
    /// operation as in `acme/check Abort`; one that is not here succeeds at once.
    package var stepPlugins: [String: [StepPluginAnswer]] = [:]
    /// Seconds that a step plugin takes for an answer.
    package var pluginTime = 1
    /// Whether decisions reach Git at once.
    package var isGitReachable: Bool
    /// Whether the rollout comes from Git at all, so that decisions are recorded.
    package var hasOrigin: Bool
    /// How many ready pods a disruption budget protects from evictions.
    package var minAvailable: Int
    /// Whether Experiments may be seen late too, and pods not at all.
    var losesExperiments = false

    package init(
      podStart: ClosedRange<Int> = 1...3,
      routeLag: Int = 1,
      analysisTime: Int = 5,
      faults: Faults = .none,
      brokenImages: Set<String> = [],
      stuckPods: [String: Int] = [:],
      verdicts: [String: String] = [:],
      isGitReachable: Bool = true,
      hasOrigin: Bool = true,
      minAvailable: Int = 0
    ) {
      self.podStart = podStart
      self.routeLag = routeLag
      self.analysisTime = analysisTime
      self.faults = faults
      self.brokenImages = brokenImages
      self.stuckPods = stuckPods
      self.verdicts = verdicts
      self.isGitReachable = isGitReachable
      self.hasOrigin = hasOrigin
      self.minAvailable = minAvailable
    }
  }

  /// A world with the rollout and the services and routes that it names.
  package init(rollout: JSONValue, seed: UInt64 = 1, settings: Settings = Settings()) {
    now = Instant(secondsSinceEpoch: 1_800_000_000)
    self.rollout = rollout
    self.settings = settings
    random = SeededRandom(seed: seed)
    self.rollout.set(.string("7b1f0a52-0000-4000-8000-000000000001"), at: "metadata", "uid")
    self.rollout.set(1, at: "metadata", "generation")
    self.rollout.set(nextVersion(), at: "metadata", "resourceVersion")
    provide()
  }

  /// Makes the services, routes of the Gateway API and record sets that the spec names, as far as they are missing.
  package mutating func provide() {
    let spec = RolloutSpec(rollout)
    for name in spec.services where services[name] == nil { services[name] = makeService(name) }
    for address in spec.canary?.routing.addresses ?? []
    where routes[address] == nil && address.type.group == ResourceType.httpRoutes.group {
      let roles = spec.canary?.roles(RolloutStatus(.object([:])))
      routes[address] = makeRoute(address, roles?.stable ?? "", roles?.canary ?? "")
      dataPlane[address] = routes[address]
    }
    for case let router as PowerDNSRouter in spec.canary?.routing.routers ?? []
    where routes[router.address] == nil {
      routes[router.address] = router.atRest
      dataPlane[router.address] = router.atRest
    }
    for case let router as PluginRouter in spec.canary?.routing.routers ?? []
    where routes[router.address] == nil {
      let nothing: JSONValue = ["metadata": ["resourceVersion": "1"], "state": .null]
      (routes[router.address], dataPlane[router.address]) = (nothing, nothing)
    }
  }

  /// What the observer would read now.
  package func snapshot() -> Snapshot {
    let name = rollout.name
    var snapshot = Snapshot(
      now: now,
      rollout: rollout,
      replicaSets: ownReplicaSets.filter { !$0.ownerReferences.isEmpty }.map { withStatus($0) },
      orphans: replicaSets.values.filter { $0.ownerReferences.isEmpty }.map { withStatus($0) },
      services: services.mapValues { .found($0) },
      routes: routes.mapValues { .found($0) },
      analysisRuns: analysisRuns.values.filter { $0.name.hasPrefix(name) && !isOfExperiment($0) },
      experiments: Array(experiments.values),
      analysisTemplates: analysisTemplates,
      stepPlugins: pluginBoard,
      origin: settings.hasOrigin ? origin : nil
    )
    if rollout.spec["workloadRef"] != nil { snapshot.workload = workload.map { .found($0) } ?? .missing }
    if needsPods(snapshot) { snapshot.pods = podObjects }
    return snapshot
  }

  private var origin: GitOrigin {
    GitOrigin(
      source: ObjectKey(namespace: rollout.namespace, name: "source"),
      recordedStableHash: recordedStable,
      recordedDecisions: recordedDecisions,
      isKnown: true,
      pending: settings.isGitReachable ? nil : "the repository is unreachable"
    )
  }

  /// The next resourceVersion of the whole world.
  mutating func nextVersion() -> JSONValue {
    version += 1
    return .string(String(version))
  }

  mutating func makeService(_ name: String) -> JSONValue {
    let selector = rollout.spec["selector"] ?? workload?.spec["selector"]
    var service: JSONValue = [
      "apiVersion": "v1", "kind": "Service",
      "metadata": ["name": .string(name), "namespace": .string(rollout.namespace)],
      "spec": ["selector": selector?["matchLabels"] ?? .object([:])],
    ]
    service.set(nextVersion(), at: "metadata", "resourceVersion")
    return service
  }

  private mutating func makeRoute(_ address: RouteAddress, _ stable: String, _ canary: String) -> JSONValue {
    var route: JSONValue = [
      "apiVersion": .string(address.type.apiVersion), "kind": .string(address.type.kind),
      "metadata": [
        "name": .string(address.key.name), "namespace": .string(address.key.namespace), "generation": 1,
      ],
      "spec": [
        "rules": [
          [
            "backendRefs": [
              ["name": .string(stable), "port": 80, "weight": 100],
              ["name": .string(canary), "port": 80, "weight": 0],
            ]
          ]
        ]
      ],
      "status": [
        "parents": [["conditions": [["type": "Accepted", "status": "True", "observedGeneration": 1]]]]
      ],
    ]
    route.set(nextVersion(), at: "metadata", "resourceVersion")
    return route
  }
}
