package import KubeModel
package import Primitives

/// Why a rollout does not advance, and when the controller will look at it again.
package struct Explanation: Sendable, Hashable {
  /// What it waits for, in one word for programs.
  package enum Cause: String, Sendable, CaseIterable {
    /// Nothing: the newest revision is stable and complete.
    case done
    /// The release is over; old pods are kept until their delay is over.
    case scaleDownDelay
    /// No controller holds the lease.
    case noController
    /// The controller has not seen the newest spec, or acted on the newest command.
    case notObserved
    case invalidSpec
    case aborted
    case deadlineExceeded
    /// A person froze the rollout: `spec.paused`.
    case frozen
    /// A pause without an end of its own.
    case person
    /// A pause that ends by itself.
    case clock
    /// An analysis or experiment that could not tell.
    case inconclusive
    case restart
    case pods
    /// Pods of the stable revision are missing, so that none may be taken away.
    case stablePods
    /// Pods of other revisions are still there.
    case oldPods
    case router
    /// A Service does not select the revision that it should.
    case service
    case analysis
    case experiment
    case plugin
    /// Nothing: the controller is at work on it.
    case acting
    /// None of the above; the message of the status says what there is to say.
    case other
  }

  /// One thing that was counted or read, for people and for programs.
  package struct Fact: Sendable, Hashable {
    package let key: String
    package let label: String
    package let text: String
    package let data: JSONValue
  }

  package let rollout: ObjectKey
  package let phase: String
  package let cause: Cause
  /// One sentence: the reason with its numbers, and when the controller looks again.
  package let sentence: String
  package let facts: [Fact]
  /// When the controller looks again although nothing changes; nil when it waits for a change.
  package let nextLook: Instant?

  package func fact(_ key: String) -> Fact? { facts.first { $0.key == key } }

  package var json: JSONValue {
    var data: JSONFields = [:]
    for fact in facts { data[fact.key] = fact.data }
    return [
      "namespace": .string(rollout.namespace), "name": .string(rollout.name), "phase": .string(phase),
      "cause": .string(cause.rawValue), "sentence": .string(sentence), "facts": .object(data),
      "nextLook": JSONValue(nextLook?.rfc3339),
    ]
  }
}

/// The lease of the controller, as somebody outside reads it.
package struct ControllerSighting: Sendable, Hashable {
  package let lease: ObjectKey
  package let holder: String
  package let renewedAt: Instant?
  /// Whether somebody holds it and has renewed it within twice its duration: the clocks of two machines differ.
  package let isAlive: Bool

  package init(lease: JSONValue, now: Instant) {
    self.lease = ObjectKey(lease)
    holder = lease.spec["holderIdentity"]?.string ?? ""
    renewedAt = lease.spec["renewTime"]?.string.flatMap(Instant.init)
    let duration = Duration.seconds(lease.spec["leaseDurationSeconds"]?.int ?? 15)
    isAlive = !holder.isEmpty && renewedAt.map { now - $0 <= duration * 2 } ?? false
  }
}
