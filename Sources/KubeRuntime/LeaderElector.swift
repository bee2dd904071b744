package import KubeClient
package import KubeModel
package import Logging
package import Primitives
import ServiceLifecycle

/// Why an elector stopped: the process led and does not lead any more, so it must end.
package struct LeadershipLost: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String
}

/// Takes part in the election of a leader by a Lease, and keeps the lease while leading.
///
/// `run` throws ``LeadershipLost`` when leadership is lost, which ends the service group. At graceful shutdown it gives
/// the lease up, so that a successor need not wait for it to expire.
package final class LeaderElector: Service {
  /// The state that performers ask.
  package let state: LeaseState
  private let client: KubeClient
  private let lease: ObjectKey
  private let identity: String
  private let times: LeaseTimes
  private let now: @Sendable () -> Instant
  private let logger: Logger

  /// A candidate of the given identity, which must be unique among the living; a process that comes back with the same
  /// one has its lease back at once.
  package init(
    client: KubeClient,
    lease: ObjectKey,
    identity: String,
    times: LeaseTimes = LeaseTimes(),
    now: @escaping @Sendable () -> Instant = SystemClock.now,
    logger: Logger
  ) {
    self.client = client
    self.lease = lease
    self.identity = identity
    self.times = times
    self.now = now
    self.logger = logger
    state = LeaseState(now: now)
  }

  /// Where the elector stands between two tries.
  private struct Course: Sendable {
    var observation: LeaseObservation?
    /// While leading: when leadership ends unless renewed.
    var leadsUntil: Instant?
    /// The lease as last written by us; what a release begins from.
    var held: JSONValue?
  }

  /// Runs until graceful shutdown or cancellation; throws ``LeadershipLost``.
  package func run() async throws {
    let outcome = await cancelWhenGracefulShutdown { await self.campaign() }
    state.end()
    switch outcome {
    case .success(let course):
      if let held = course.held { await release(held) }
    case .failure(let lost):
      logger.error("\(lost)", metadata: ["lease": "\(lease)"])
      throw lost
    }
  }

  private func campaign() async -> Result<Course, LeadershipLost> {
    var course = Course()
    while !Task.isCancelled {
      let error = await attempt(&course)
      if let until = course.leadsUntil, now() >= until {
        let reason = error.map { ": \($0.message)" } ?? ""
        return .failure(
          LeadershipLost(description: "the lease \(lease) could not be renewed in time\(reason)")
        )
      }
      if course.leadsUntil != nil, let observation = course.observation, observation.holder != identity {
        return .failure(
          LeadershipLost(description: "the lease \(lease) was taken by \(observation.holder)")
        )
      }
      if let error, error.code != .cancelled {
        logger.warning("\(error.message)", metadata: ["lease": "\(lease)"])
      }
      // A cancelled sleep ends the loop.
      do { try await Task.sleep(for: times.retryPeriod) } catch { break }
    }
    return .success(course)
  }

  /// One look at the lease and what follows from it; the error when it could not be done.
  private func attempt(_ course: inout Course) async -> KubeError? {
    let limit = times.renewDeadline / 2
    let known = course
    let answer = await withDeadline(limit) { await self.look(known) }
    switch answer {
    case nil: return KubeError(.timedOut, "the lease \(lease) was not answered within \(limit.goText)")
    case .failure(let error): return error
    case .success(let next):
      if course.leadsUntil == nil, next.leadsUntil != nil {
        logger.info("became the leader", metadata: ["lease": "\(lease)", "identity": "\(identity)"])
      }
      if let holder = next.observation?.holder, holder != identity, !holder.isEmpty,
        holder != course.observation?.holder
      {
        logger.info("stands by", metadata: ["lease": "\(lease)", "holder": "\(holder)"])
      }
      course = next
      if let until = course.leadsUntil { state.lead(until: until) }
      return nil
    }
  }

  private func look(_ known: Course) async -> Result<Course, KubeError> {
    // Taken before anything is sent: others count from when they see the renewal, which is later.
    let began = now()
    var course = known
    do throws(KubeError) {
      let current = try await readLease()
      course.observation = current.map { .see($0, after: known.observation, at: began) }
      let decision = LeaseDecision.decide(
        lease: current,
        observation: course.observation,
        key: lease,
        identity: identity,
        times: times,
        now: began
      )
      let written: JSONValue
      switch decision {
      case .follow: return .success(course)
      case .create(let object): written = try await client.create(.leases, object)
      case .take(let object), .renew(let object): written = try await client.update(.leases, object)
      }
      course.held = written
      course.observation = .see(written, after: course.observation, at: began)
      course.leadsUntil = began + times.renewDeadline
      return .success(course)
    } catch {
      return .failure(error)
    }
  }

  private func readLease() async throws(KubeError) -> JSONValue? {
    do throws(KubeError) {
      return try await client.get(.leases, namespace: lease.namespace, name: lease.name)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  /// Best effort: a lease that stays held expires.
  private func release(_ held: JSONValue) async {
    let object = LeaseDecision.released(held, now: now())
    let failure = await withDeadline(.seconds(2)) { [client] () async -> KubeError? in
      do throws(KubeError) {
        try await client.update(.leases, object)
        return nil
      } catch {
        return error
      }
    }
    if let failure, let error = failure, error.code != .cancelled {
      logger.warning("\(error.message)", metadata: ["lease": "\(lease)"])
    }
  }
}
