import KubeModel
package import Primitives
package import TrafficPlans

/// The planner's world around one Experiment at one instant, read by the observer.
package struct ExperimentSnapshot: Sendable, Hashable {
  /// Why an object that a plan wanted to make does not come to be.
  package enum Refusal: Sendable, Hashable {
    /// The name belongs to an object of somebody else.
    case occupied
    /// The API will not have it, and what it says; asking again would not help.
    case rejected(String)
  }

  package var now: Instant
  package var experiment: JSONValue
  /// ReplicaSets that the Experiment controls.
  package var replicaSets: [JSONValue]
  /// Services that it controls, and those of somebody else under a name that it wants.
  package var services: [JSONValue]
  /// AnalysisRuns that it controls, and those of somebody else under a name that it wants.
  package var analysisRuns: [JSONValue]
  /// AnalysisTemplates (and, by `cluster/NAME`, ClusterAnalysisTemplates) by name.
  package var analysisTemplates: [String: JSONValue]
  /// The routers that may lead to its Services, those of the Rollout that owns it, and their objects.
  package var routing: TrafficRouting?
  package var routes: LiveRoutes
  /// The Rollout's stable Service; empty without one.
  package var stableService: String
  /// What earlier plans of this look could not make, by `Kind/name`.
  package var refusals: [String: Refusal]

  package init(
    now: Instant,
    experiment: JSONValue,
    replicaSets: [JSONValue] = [],
    services: [JSONValue] = [],
    analysisRuns: [JSONValue] = [],
    analysisTemplates: [String: JSONValue] = [:],
    routing: TrafficRouting? = nil,
    routes: LiveRoutes = [:],
    stableService: String = "",
    refusals: [String: Refusal] = [:]
  ) {
    self.now = now
    self.experiment = experiment
    self.replicaSets = replicaSets
    self.services = services
    self.analysisRuns = analysisRuns
    self.analysisTemplates = analysisTemplates
    self.routing = routing
    self.routes = routes
    self.stableService = stableService
    self.refusals = refusals
  }

  /// The key of ``refusals``.
  package static func key(_ object: JSONValue) -> String { "\(object.kind)/\(object.name)" }
}

/// All that one look at an Experiment leads to: effects in order, then the status, then when to look again.
package struct ExperimentPlan: Sendable, Hashable {
  package let effects: [Effect]
  /// The status after the effects.
  package let status: ExperimentStatus
  /// The merge patch that writes it; nil when its meaning did not change.
  package let statusPatch: JSONValue?
  package let events: [PlannedEvent]
  package let wake: Wake

  /// The events that belong to the effect of that index, or to the status.
  package func events(ofEffect index: Int?) -> [PlannedEvent] { events.filter { $0.effect == index } }

  /// Whether performing it writes nothing.
  package var isQuiet: Bool { effects.isEmpty && statusPatch == nil }
}

extension PlannedEvent {
  /// Whether the Rollout that owns the Experiment tells of it too: notifications of a release hear of its analyses.
  package var concernsOwner: Bool { reason.hasPrefix("AnalysisRun") && effect == nil }
}
