package import KubeModel
package import Primitives
package import TrafficPlans

/// The planner's world at one instant: everything that a decision may depend on, read by the observer.
package struct Snapshot: Sendable, Hashable {
  /// An object that the rollout refers to by name.
  package enum Reference: Sendable, Hashable {
    case found(JSONValue)
    case missing
    /// The cluster does not know its kind.
    case unserved
    /// It could not be read, and why; nothing may be concluded from its absence.
    case unknown(String)

    package var object: JSONValue? {
      guard case .found(let object) = self else { return nil }
      return object
    }

    /// As a router reads what a witness has said, or that it has said nothing.
    package var testimony: JSONValue {
      switch self {
      case .found(let object): object
      case .unknown(let why): ["problem": .string(why)]
      case .missing, .unserved: ["problem": "it is not there"]
      }
    }
  }

  package var now: Instant
  package var rollout: JSONValue
  /// ReplicaSets that the rollout controls.
  package var replicaSets: [JSONValue]
  /// ReplicaSets of the namespace that nobody controls.
  package var orphans: [JSONValue]
  /// Services in the rollout's namespace by name.
  package var services: [String: Reference]
  /// Objects of the data plane that the rollout's routers read.
  package var routes: [RouteAddress: Reference]
  /// Other Rollouts that split the requests of the same Services by the same objects.
  package var rivals: [RouteAddress: [JSONValue]] = [:]
  /// Who changed the objects last, beside this controller, and when; read only for those that a plan corrects.
  package var lastEditors: [RouteAddress: String] = [:]
  /// AnalysisRuns that the rollout controls.
  package var analysisRuns: [JSONValue]
  /// Experiments that the rollout controls.
  package var experiments: [JSONValue]
  /// The object that `spec.workloadRef` names; nil without one.
  package var workload: Reference?
  /// Pods of the rollout's ReplicaSets; nil when they were not read, as only few situations need them.
  package var pods: [JSONValue]?
  /// AnalysisTemplates (and, by `cluster/NAME`, ClusterAnalysisTemplates) by name.
  package var analysisTemplates: [String: JSONValue]
  /// What its step plugins were asked and have said since.
  package var stepPlugins: StepPluginBoard
  /// Where the manifest came from; nil when Git does not hold it or decisions are not recorded.
  package var origin: GitOrigin?
  /// The spec as this or an earlier look has read it; a plan reads it anew where this is missing or of another spec.
  package internal(set) var reading: SpecReading?

  package init(
    now: Instant,
    rollout: JSONValue,
    replicaSets: [JSONValue] = [],
    orphans: [JSONValue] = [],
    services: [String: Reference] = [:],
    routes: [RouteAddress: Reference] = [:],
    analysisRuns: [JSONValue] = [],
    experiments: [JSONValue] = [],
    workload: Reference? = nil,
    pods: [JSONValue]? = nil,
    analysisTemplates: [String: JSONValue] = [:],
    stepPlugins: StepPluginBoard = StepPluginBoard(),
    origin: GitOrigin? = nil
  ) {
    self.now = now
    self.rollout = rollout
    self.replicaSets = replicaSets
    self.orphans = orphans
    self.services = services
    self.routes = routes
    self.analysisRuns = analysisRuns
    self.experiments = experiments
    self.workload = workload
    self.pods = pods
    self.analysisTemplates = analysisTemplates
    self.stepPlugins = stepPlugins
    self.origin = origin
  }
}

extension Snapshot {
  /// The objects of a router; nil when one that it needs is missing or one that it may have was not read.
  package func live(of router: any TrafficRouter) -> LiveRoutes? {
    var live: LiveRoutes = [:]
    for address in router.required {
      guard let object = routes[address]?.object else { return nil }
      live[address] = object
    }
    for address in router.derived {
      switch routes[address] {
      case .found(let object): live[address] = object
      case .missing, .unserved, nil: break
      case .unknown: return nil
      }
    }
    for witness in router.witnesses(live) { live[witness] = routes[witness]?.testimony }
    return live
  }
}

/// What Git knows about a rollout, as last seen at the branch's tip.
package struct GitOrigin: Sendable, Hashable {
  /// The GitSource.
  package let source: ObjectKey
  /// Hash of the stable revision in serin.lock; nil when the lock has none.
  package let recordedStableHash: String?
  /// Idempotency keys of the decisions in serin.lock.
  package let recordedDecisions: Set<String>
  /// Whether the lock was read since the controller started.
  package let isKnown: Bool
  /// Why a decision of this rollout has not landed yet; nil when none waits.
  package let pending: String?

  package init(
    source: ObjectKey,
    recordedStableHash: String?,
    recordedDecisions: Set<String>,
    isKnown: Bool,
    pending: String? = nil
  ) {
    self.source = source
    self.recordedStableHash = recordedStableHash
    self.recordedDecisions = recordedDecisions
    self.isKnown = isKnown
    self.pending = pending
  }
}
