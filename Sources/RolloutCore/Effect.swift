package import KubeModel
package import Primitives
package import TrafficPlans

/// One intended change of the world, with the precondition that makes performing it twice harmless.
package enum Effect: Sendable, Hashable {
  /// Writes `spec.replicas: 1` where the Rollout leaves it out, since an autoscaler needs a number.
  case setDefaultReplicas
  /// Sets an annotation of the Rollout itself.
  case annotateRollout([String: String])
  /// Creates a ReplicaSet; its name is a function of the revision, so that a second attempt finds the first.
  case createReplicaSet(JSONValue)
  /// Makes the rollout the controller of a ReplicaSet that has none; holds only for this uid.
  case adoptReplicaSet(name: String, uid: String, owners: [JSONValue])
  /// Holds only while the ReplicaSet still asks for `from` pods and, where pods go, at the resourceVersion: which of
  /// them answer was read there. Annotations go in the same write; nil removes one.
  case scaleReplicaSet(
    name: String,
    from: Int,
    to: Int,
    annotations: [String: String?],
    resourceVersion: String?
  )
  /// Holds only for a ReplicaSet that exists; nil removes an annotation.
  case annotateReplicaSet(name: String, annotations: [String: String?])
  /// Merges what the controller puts into a ReplicaSet's pod template, with the annotations that remember it, or its
  /// `minReadySeconds`.
  case editReplicaSet(name: String, patch: JSONValue)
  /// Sets labels and annotations of a pod; nil removes one. Holds only for this uid.
  case setPodMetadata(pod: String, uid: String, labels: [String: String?], annotations: [String: String?])
  /// Asks for a pod to go, which a disruption budget may refuse; holds only for this uid.
  case evictPod(name: String, uid: String)
  /// Scales the Deployment that a Rollout takes its pods over from, and notes what it had; holds only at this
  /// resourceVersion.
  case scaleWorkload(name: String, to: Int, before: Int, resourceVersion: String)
  /// Deletes a ReplicaSet of the history; holds only for this uid.
  case deleteReplicaSet(name: String, uid: String)
  /// Points a Service at one revision; holds only at this resourceVersion.
  case selectRevision(service: String, hash: String, resourceVersion: String)
  /// Changes an object of the data plane; the change carries its own precondition.
  case changeRoute(RouteChange)
  /// Creates an AnalysisRun; its name is a function of revision, step and attempt.
  case createAnalysisRun(JSONValue)
  case terminateAnalysisRun(name: String)
  /// Deletes a finished AnalysisRun of the history; holds only for this uid.
  case deleteAnalysisRun(name: String, uid: String)
  /// Creates the Service of an Experiment's template.
  case createService(JSONValue)
  /// Holds only for this uid.
  case deleteService(name: String, uid: String)
  /// Creates an Experiment; its name is a function of revision, step and attempt.
  case createExperiment(JSONValue)
  case terminateExperiment(name: String)
  /// Deletes an Experiment of the history with all that it owns; holds only for this uid.
  case deleteExperiment(name: String, uid: String)
  /// Asks a step plugin, whose answer a later plan finds in its snapshot; the call's id makes it harmless twice.
  case callStepPlugin(StepPluginCall)
  /// Hands a decision to the writer of Git, which records it exactly once and never makes the data plane wait.
  case record(Verdict)
}

/// A decision on a release, with all that its commit says.
package struct Verdict: Sendable, Hashable {
  package enum Kind: String, Sendable {
    case promote
    case abort
  }

  package let kind: Kind
  /// Idempotency key: equal for every attempt to record this decision.
  package let id: String
  package let source: ObjectKey
  package let revision: Int
  /// Steps done of all, such as `3/6`; empty when the strategy has none.
  package let step: String
  package let reason: String
  /// One line per metric of the release.
  package let measurements: [String]
  /// Hash and images of the revision that the decision is about.
  package let podTemplateHash: String
  package let images: [String: String]
  /// Hash and images of the stable revision it is measured against; empty on a first deployment.
  package let stableHash: String
  package let stableImages: [String: String]
  /// The pod template that an abort restores.
  package let stableTemplate: JSONValue?
  package let sourceCommit: String
  package let sourceFile: String
  /// `metrics`, `deadline`, `controller` or `user`.
  package let decidedBy: String
  package let at: Instant
}

/// An event for `kubectl describe`.
///
/// It belongs to one write and is told as soon as that write has changed something: never before, since a refused
/// write would make it a lie, and never later, since a crash between two writes would lose it.
package struct PlannedEvent: Sendable, Hashable {
  /// `Normal` or `Warning`.
  package let type: String
  package let reason: String
  package let message: String
  /// Index of the effect that it tells of; nil tells of the status.
  package let effect: Int?

  package init(type: String, reason: String, message: String, effect: Int? = nil) {
    self.type = type
    self.reason = reason
    self.message = message
    self.effect = effect
  }
}

/// When to plan again although nothing changed.
package enum Wake: Sendable, Hashable {
  case onChange
  case at(Instant)
}

/// All that one look at a rollout leads to: effects in order, then the status, then when to look again.
package struct Plan: Sendable, Hashable {
  package let effects: [Effect]
  /// The status after the effects.
  package let status: RolloutStatus
  /// The merge patch that writes it; nil when its meaning did not change.
  package let statusPatch: JSONValue?
  package let events: [PlannedEvent]
  package let wake: Wake

  /// The events that belong to the effect of that index, or to the status.
  package func events(ofEffect index: Int?) -> [PlannedEvent] { events.filter { $0.effect == index } }
}
