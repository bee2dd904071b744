package import KubeModel
package import Primitives
package import RolloutCore
package import RouteProviders
import ServiceLifecycle
package import TrafficPlans

/// What is known of that which routers read and write outside of the cluster.
///
/// There is nothing to watch, so it is asked for: once for all rollouts that name it, often while one of them is in
/// flight and now and then at rest. An answer that is another one wakes them, as a watch would.
package final class OutsideRoutes: Service, Sendable {
  /// What the rest of the controller gives it.
  package struct Environment: Sendable {
    package let sources: [OutsidePlace.Kind: any RouteSource]
    package let wake: @Sendable (ObjectKey) -> Void
    /// Is told of each rollout when what it names cannot be read, once for each reason.
    package let complain: Complaint
    package let now: @Sendable () -> Instant

    package init(
      sources: [OutsidePlace.Kind: any RouteSource],
      wake: @escaping @Sendable (ObjectKey) -> Void,
      complain: @escaping Complaint,
      now: @escaping @Sendable () -> Instant
    ) {
      self.sources = sources
      self.wake = wake
      self.complain = complain
      self.now = now
    }
  }

  package typealias Complaint =
    @Sendable (_ rollout: ObjectKey, _ address: RouteAddress, _ message: String) -> Void

  private let entries = Locked<[RouteAddress: OutsideAnswer]>([:])
  private let environment = Locked<Environment?>(nil)
  private let demand = Demand()

  package init() {}

  /// Says who is asked; to be called before ``run()``.
  package func connect(_ environment: Environment) { self.environment.withLock { $0 = environment } }

  /// Asks from now on for what the rollout names, and for nothing else on its behalf.
  package func ask(for addresses: [RouteAddress], by rollout: ObjectKey, isInFlight: Bool) {
    guard let environment = environment.withLock({ $0 }) else { return }
    let now = environment.now()
    let gone = entries.withLock { entries in
      var gone: [RouteAddress] = []
      for (address, entry) in entries where entry.isNamed(by: rollout) && !addresses.contains(address) {
        entries[address]?.forget(rollout)
        guard entries[address]?.rollouts.isEmpty == true else { continue }
        entries[address] = nil
        gone.append(address)
      }
      for address in addresses {
        entries[address, default: OutsideAnswer(since: now)]
          .name(by: rollout, isInFlight: isInFlight, now: now)
      }
      return gone
    }
    for address in gone { source(of: address, environment)?.forget(address) }
    if !addresses.isEmpty { demand.raise() }
  }

  /// What is known of it; to a rollout that has doubts, from questions after them only.
  package func reference(_ address: RouteAddress, for rollout: ObjectKey? = nil) -> Snapshot.Reference {
    entries.withLock { $0[address]?.reference(address, for: rollout) } ?? .unknown("it was not asked for yet")
  }

  /// Whether anybody can be asked.
  package func knows(_ kind: OutsidePlace.Kind) -> Bool {
    environment.withLock { $0?.sources[kind] != nil }
  }

  /// The rollout has written what the answers of this kind depend on: those from before say nothing to it any more.
  package func doubt(_ kind: OutsidePlace.Kind, by rollout: ObjectKey) {
    guard let environment = environment.withLock({ $0 }) else { return }
    let now = environment.now()
    entries.withLock { entries in
      for address in entries.keys where address.outside?.kind == kind {
        entries[address]?.doubt(by: rollout, now: now)
      }
    }
  }

  /// Whether something of it was never answered yet, and may be soon: the first answer, or failure, wakes the rollout.
  func isPending(_ addresses: some Sequence<RouteAddress>) -> Bool {
    let outside = addresses.filter { $0.outside != nil }
    guard !outside.isEmpty, let now = environment.withLock({ $0?.now() }) else { return false }
    return entries.withLock { entries in outside.contains { entries[$0]?.isPending(now: now) ?? true } }
  }

  private func source(of address: RouteAddress, _ environment: Environment) -> (any RouteSource)? {
    address.outside.flatMap { environment.sources[$0.kind] }
  }

  /// Performs a change, and knows what is there after it.
  package func perform(_ change: RouteChange) async throws(RouteFailure) {
    let address = change.address
    guard let environment = environment.withLock({ $0 }), let source = source(of: address, environment)
    else { throw RouteFailure(.invalid, "nobody can be asked for \(address)") }
    entries.withLock { $0[address]?.writes += 1 }
    do throws(RouteFailure) {
      let written = try await source.perform(change)
      let woken = entries.withLock { entries -> [ObjectKey] in
        entries[address]?.note(written: written, by: source, now: environment.now())
        return entries[address]?.rollouts ?? []
      }
      woken.forEach(environment.wake)
    } catch {
      // Whatever was written of it, it has to be looked at.
      entries.withLock {
        $0[address]?.writes += 1
        $0[address]?.due = environment.now()
      }
      throw error
    }
  }

  package func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { [self] in
        try await demand.wait()
        try await withThrowingDiscardingTaskGroup { group in
          while true {
            group.addTask { await self.askDue() }
            try await Task.sleep(for: .milliseconds(250))
          }
        }
      }
    } catch is CancellationError {}
  }

  /// Asks for all whose time has come, side by side, and returns when each has answered or failed.
  package func askDue() async {
    await withDiscardingTaskGroup { group in
      for question in takeDue() { group.addTask { await self.ask(question) } }
    }
  }

  /// Those whose time has come.
  private func takeDue() -> [OutsideAnswer.Question] {
    guard let environment = environment.withLock({ $0 }) else { return [] }
    let now = environment.now()
    return entries.withLock { entries in
      entries.keys.compactMap { entries[$0]?.question($0, now: now) }
    }
  }

  private func ask(_ question: OutsideAnswer.Question) async {
    let address = question.address
    guard let environment = environment.withLock({ $0 }) else { return }
    let source = source(of: address, environment)
    let answer: Result<JSONValue?, RouteFailure>
    do throws(RouteFailure) {
      guard let source else { throw RouteFailure(.invalid, "nobody can be asked for it") }
      answer = .success(try await source.read(address))
    } catch {
      answer = .failure(error)
    }
    let now = environment.now()
    let news = entries.withLock { $0[address]?.note(answer, to: question, of: source, now: now) }
    // Nobody asks for it any more.
    guard let news else {
      source?.forget(address)
      return
    }
    for rollout in news.rollouts {
      if let complaint = news.complaint { environment.complain(rollout, address, complaint) }
    }
    news.woken.forEach(environment.wake)
  }
}
