package import KubeModel
package import Primitives

/// The times of a leader election. A leader stops before others may take over: `renewDeadline` < `leaseDuration`.
package struct LeaseTimes: Sendable, Hashable {
  /// How long others wait after the last renewal that they saw.
  package var leaseDuration: Duration
  /// How long a leader that cannot renew goes on.
  package var renewDeadline: Duration
  /// How long to wait between two tries, to acquire as to renew.
  package var retryPeriod: Duration

  package init(
    leaseDuration: Duration = .seconds(15),
    renewDeadline: Duration = .seconds(10),
    retryPeriod: Duration = .seconds(2)
  ) {
    precondition(
      retryPeriod < renewDeadline && renewDeadline < leaseDuration,
      "lease times in the wrong order"
    )
    self.leaseDuration = leaseDuration
    self.renewDeadline = renewDeadline
    self.retryPeriod = retryPeriod
  }
}

/// What was last seen of a lease, and when it last changed by the own clock: clocks of others are not trusted.
package struct LeaseObservation: Sendable, Hashable {
  package let holder: String
  package let renewTime: String
  package let since: Instant

  /// What is seen now; `since` stays when nothing changed.
  package static func see(_ lease: JSONValue, after old: LeaseObservation?, at now: Instant)
    -> LeaseObservation
  {
    let holder = lease.spec["holderIdentity"]?.string ?? ""
    let renewTime = lease.spec["renewTime"]?.string ?? ""
    if let old, old.holder == holder, old.renewTime == renewTime { return old }
    return LeaseObservation(holder: holder, renewTime: renewTime, since: now)
  }
}

/// What a candidate does about a lease: a pure rule.
package enum LeaseDecision: Sendable, Hashable {
  /// There is no lease: create this one, which makes us the leader.
  case create(JSONValue)
  /// Nobody holds it, or the holder let it expire: write this, at its resource version, to become the leader.
  case take(JSONValue)
  /// We hold it: write this, at its resource version, to stay the leader.
  case renew(JSONValue)
  /// Somebody else holds it; look again later.
  case follow(holder: String)

  /// Decides from the lease as read (nil when there is none) and the observation of it.
  package static func decide(
    lease: JSONValue?,
    observation: LeaseObservation?,
    key: ObjectKey,
    identity: String,
    times: LeaseTimes,
    now: Instant
  ) -> LeaseDecision {
    guard let lease else {
      let empty: JSONValue = [
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": ["namespace": .string(key.namespace), "name": .string(key.name)],
      ]
      return .create(held(empty, by: identity, times, now, isNewHolder: true))
    }
    let holder = lease.spec["holderIdentity"]?.string ?? ""
    if holder == identity { return .renew(held(lease, by: identity, times, now, isNewHolder: false)) }
    let duration = lease.spec["leaseDurationSeconds"]?.int.map { Duration.seconds($0) } ?? times.leaseDuration
    let isExpired = observation.map { now - $0.since >= duration } ?? false
    guard holder.isEmpty || isExpired else { return .follow(holder: holder) }
    return .take(held(lease, by: identity, times, now, isNewHolder: true))
  }

  /// The lease as its leader leaves it, so that the next one need not wait.
  package static func released(_ lease: JSONValue, now: Instant) -> JSONValue {
    var lease = lease
    lease.set("", at: "spec", "holderIdentity")
    lease.set(1, at: "spec", "leaseDurationSeconds")
    lease.set(.string(now.rfc3339Micro), at: "spec", "renewTime")
    return lease
  }

  private static func held(
    _ lease: JSONValue,
    by identity: String,
    _ times: LeaseTimes,
    _ now: Instant,
    isNewHolder: Bool
  ) -> JSONValue {
    var lease = lease
    lease.set(.string(identity), at: "spec", "holderIdentity")
    let seconds = max(1, Int(times.leaseDuration.inSeconds.rounded(.up)))
    lease.set(JSONValue(seconds), at: "spec", "leaseDurationSeconds")
    lease.set(.string(now.rfc3339Micro), at: "spec", "renewTime")
    if isNewHolder {
      let transitions = lease.spec["leaseTransitions"]?.int
      lease.set(.string(now.rfc3339Micro), at: "spec", "acquireTime")
      lease.set(JSONValue(transitions.map { $0 + 1 } ?? 0), at: "spec", "leaseTransitions")
    }
    return lease
  }
}
