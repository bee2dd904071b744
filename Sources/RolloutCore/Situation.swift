import KubeModel
import Primitives
import TrafficPlans

/// A snapshot with its parts told apart: what every part of the planner reads, and none writes.
///
/// It is a class although nothing in it ever changes: of so many parts a value would be copied by every closure.
final class Situation: Sendable {
  let snapshot: Snapshot
  let rollout: JSONValue
  let reading: SpecReading
  /// What the Rollout asks for, with the replicas that the release goes by.
  let spec: RolloutSpec
  /// The replicas that the Rollout asks for, whatever the release goes by.
  let asked: Int
  /// Nil outside of a canary's release.
  let swing: ReplicaSwing?
  let revisions: Revisions
  /// The status as last written.
  let recorded: RolloutStatus
  let now: Instant
  /// Services that Experiments of the rollout have or had in its routes.
  let experimentServices: Set<String>
  /// The units that split the traffic, each with its objects; nil while one of them is missing or was not read.
  let routers: CanaryParts.Routers
  /// What selects the pods of the parts as the roles were at the beginning of the plan; nil for blue/green.
  let parts: CanaryParts?
  /// Pods that a restart is to replace, in its order; nil when none is asked for or the pods were not read.
  let outdatedPods: [PodView]?

  /// The reference of what is made for the rollout to it.
  let owner: JSONValue

  init(_ snapshot: Snapshot) {
    self.snapshot = snapshot
    rollout = snapshot.rollout
    owner = controllerReference(to: rollout)
    reading = snapshot.reading?.renewed(for: snapshot) ?? SpecReading(snapshot)
    let asked = reading.spec.replicas
    self.asked = asked
    recorded = RolloutStatus(snapshot.rollout.status)
    revisions = Revisions(snapshot: snapshot, reading: reading, status: recorded)
    swing = ReplicaSwing(rollout, reading.spec, revisions, recorded)
    spec = reading.spec.sized(swing?.replicas ?? asked)
    now = snapshot.now
    experimentServices = Self.experimentServices(snapshot, spec, recorded)
    let canary = spec.canary
    routers = (canary?.routing.routers ?? []).map { ($0, snapshot.live(of: $0)) }
    parts = canary.map { [recorded, routers] in CanaryParts($0.roles(recorded), snapshot, routers) }
    outdatedPods = revisions.outdatedPods(of: snapshot, restartAt: spec.restartAt)
  }

  /// The live Service of that name; nil when there is none or it could not be read.
  func service(_ name: String?) -> JSONValue? { name.flatMap { snapshot.services[$0]?.object } }

  /// The revision that a Service selects; nil when it selects none.
  func selectedHash(_ service: String?) -> String? { self.service(service)?.selectedHash }
}

/// The plan in the making: the next status, the effects so far, and the moments at which to look again.
struct PlanDraft<Status> {
  var status: Status
  private(set) var effects: [Effect] = []
  private(set) var events: [PlannedEvent] = []
  private(set) var wakes: [Instant] = []

  init(status: Status) { self.status = status }

  mutating func perform(_ effect: Effect) { effects.append(effect) }

  /// Tells of the status that the plan leads to.
  mutating func event(_ reason: String, _ message: String, type: String = "Normal") {
    events.append(PlannedEvent(type: type, reason: reason, message: message))
  }

  /// Tells of the effect that was planned last.
  mutating func eventOfEffect(_ reason: String, _ message: String, type: String = "Normal") {
    events.append(
      PlannedEvent(type: type, reason: reason, message: message, effect: effects.count - 1)
    )
  }

  /// The events as they were planned, what ends a release last.
  var eventsInOrder: [PlannedEvent] {
    guard events.contains(where: { $0.reason == "RolloutCompleted" }) else { return events }
    return events.filter { $0.reason != "RolloutCompleted" }
      + events.filter { $0.reason == "RolloutCompleted" }
  }

  mutating func wake(at instant: Instant) { wakes.append(instant) }
}

/// The plan of a rollout in the making.
typealias Draft = PlanDraft<RolloutStatus>
