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
    package let complain: @Sendable (_ rollout: ObjectKey, _ message: String) -> Void
    package let now: @Sendable () -> Instant

    package init(
      sources: [OutsidePlace.Kind: any RouteSource],
      wake: @escaping @Sendable (ObjectKey) -> Void,
      complain: @escaping @Sendable (_ rollout: ObjectKey, _ message: String) -> Void,
      now: @escaping @Sendable () -> Instant
    ) {
      self.sources = sources
      self.wake = wake
      self.complain = complain
      self.now = now
    }
  }

  private struct Entry {
    /// The rollouts that name it, and whether they are in flight.
    var rollouts: [ObjectKey: Bool] = [:]
    var answer = Snapshot.Reference.unknown("it was not asked for yet")
    /// Whether anything has come back yet, an answer or a failure.
    var hasAnswered = false
    var failures = 0
    var due: Instant
    /// When it was named first.
    let since: Instant
    var isAsked = false
    /// How often it was written: an answer that was begun before a write says nothing.
    var writes = 0
  }

  /// What follows from an answer, outside of the lock.
  private struct News {
    var rollouts: [ObjectKey] = []
    /// Whether the answer is another one.
    var isNew = false
    var complaint: String?
    /// Nobody asks for it any more.
    var isForgotten = false
  }

  /// So many failures in a row leave the last answer as it is.
  private static let patience = 2
  private static let restInterval = Duration.seconds(60)
  /// For so long a rollout waits for the first answer before anything else.
  private static let firstWait = Duration.seconds(10)

  private let entries = Locked<[RouteAddress: Entry]>([:])
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
      for (address, entry) in entries where entry.rollouts[rollout] != nil && !addresses.contains(address) {
        entries[address]?.rollouts[rollout] = nil
        guard entries[address]?.rollouts.isEmpty == true else { continue }
        entries[address] = nil
        gone.append(address)
      }
      for address in addresses {
        var entry = entries[address] ?? Entry(due: now, since: now)
        let wasInFlight = entry.rollouts[rollout] ?? isInFlight
        entry.rollouts[rollout] = isInFlight
        if isInFlight, !wasInFlight { entry.due = min(entry.due, now) }
        entries[address] = entry
      }
      return gone
    }
    for address in gone { source(of: address, environment)?.forget(address) }
    if !addresses.isEmpty { demand.raise() }
  }

  /// What is known of it.
  package func reference(_ address: RouteAddress) -> Snapshot.Reference {
    entries.withLock { $0[address]?.answer } ?? .unknown("it was not asked for yet")
  }

  /// Whether something of it was never answered yet, and may be soon: the first answer, or failure, wakes the rollout.
  func isPending(_ addresses: some Sequence<RouteAddress>) -> Bool {
    let outside = addresses.filter { $0.outside != nil }
    guard !outside.isEmpty, let now = environment.withLock({ $0?.now() }) else { return false }
    return entries.withLock { entries in
      outside.contains { address in
        guard let entry = entries[address] else { return true }
        return !entry.hasAnswered && now < entry.since + Self.firstWait
      }
    }
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
        guard var entry = entries[address] else { return [] }
        entry.writes += 1
        entry.hasAnswered = true
        entry.failures = 0
        entry.answer = written.map { .found($0) } ?? .missing
        entry.due = environment.now() + (source.answersLater ? .zero : interval(entry, source))
        entries[address] = entry
        return Array(entry.rollouts.keys)
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
      for (address, writes) in takeDue() { group.addTask { await self.ask(address, writes) } }
    }
  }

  /// Those whose time has come, with the number of writes so far.
  private func takeDue() -> [(RouteAddress, Int)] {
    guard let environment = environment.withLock({ $0 }) else { return [] }
    let now = environment.now()
    return entries.withLock { entries in
      let due = entries.filter { !$0.value.isAsked && $0.value.due <= now }
      for address in due.keys { entries[address]?.isAsked = true }
      return due.map { ($0.key, $0.value.writes) }
    }
  }

  private func ask(_ address: RouteAddress, _ writes: Int) async {
    guard let environment = environment.withLock({ $0 }) else { return }
    let source = source(of: address, environment)
    let answer: Result<JSONValue?, RouteFailure>
    do throws(RouteFailure) {
      guard let source else { throw RouteFailure(.invalid, "nobody can be asked for it") }
      answer = .success(try await source.read(address))
    } catch {
      answer = .failure(error)
    }
    let news = entries.withLock { entries -> News in
      guard var entry = entries[address] else { return News(isForgotten: true) }
      defer { entries[address] = entry }
      entry.isAsked = false
      guard entry.writes == writes else {
        entry.due = environment.now()
        return News()
      }
      var news = Self.note(answer, of: address, in: &entry)
      let usual = interval(entry, source)
      let wait = min(max(Self.restInterval, usual), usual * (1 << min(entry.failures, 5)))
      entry.due = environment.now() + wait
      news.rollouts = Array(entry.rollouts.keys)
      return news
    }
    if news.isForgotten { source?.forget(address) }
    for rollout in news.rollouts {
      if let complaint = news.complaint { environment.complain(rollout, complaint) }
      if news.isNew { environment.wake(rollout) }
    }
  }

  private static func note(
    _ answer: Result<JSONValue?, RouteFailure>,
    of address: RouteAddress,
    in entry: inout Entry
  ) -> News {
    let before = entry.answer
    let isFirst = !entry.hasAnswered
    entry.hasAnswered = true
    var news = News()
    switch answer {
    case .success(let object):
      let trouble = object?["trouble"]?.string
      entry.failures = trouble == nil ? 0 : entry.failures + 1
      entry.answer = object.map { .found($0) } ?? .missing
      if let trouble, trouble != before.object?["trouble"]?.string { news.complaint = trouble }
    case .failure(let failure):
      entry.failures += 1
      let isBorne = failure.kind == .unreachable && entry.failures <= patience && before.object != nil
      guard !isBorne else { break }
      let why = "\(address) could not be read: \(failure)"
      entry.answer = .unknown(why)
      if entry.answer != before { news.complaint = why }
    }
    news.isNew = isFirst || entry.answer != before
    return news
  }

  private func interval(_ entry: Entry, _ source: (any RouteSource)?) -> Duration {
    let rest = source?.restInterval ?? Self.restInterval
    guard entry.rollouts.values.contains(true) else { return rest }
    return source?.interval(after: entry.answer.object) ?? rest
  }
}
