import KubeModel
import Primitives
import RolloutController
import RolloutCore
import RouteProviders
import Testing
import TrafficPlans

/// What is outside of the cluster is asked for once for all, and what is not known is never made up.
@Suite(.timeLimit(.minutes(1))) struct OutsideRoutesTests {
  /// Somebody who is asked, and says what the test wants.
  private final class Oracle: RouteSource {
    let answer: Locked<Result<JSONValue?, RouteFailure>>
    let asked = Locked(0)
    /// Held answers come when the test lets them.
    let isHeld = Locked(false)

    init(_ answer: JSONValue?) { self.answer = Locked(.success(answer)) }

    let interval = Duration.seconds(5)

    func read(_ address: RouteAddress) async throws(RouteFailure) -> JSONValue? {
      let answer = answer.withLock { $0 }
      asked.withLock { $0 += 1 }
      while isHeld.withLock({ $0 }) { await Task.yield() }
      return try answer.get()
    }

    func perform(_ change: RouteChange) async throws(RouteFailure) -> JSONValue? {
      guard case .patch(_, let patch) = change else { throw RouteFailure(.invalid, "no patch") }
      answer.withLock { $0 = .success(patch) }
      return patch
    }
  }

  /// A controller's view of it, on a clock of its own.
  private final class World: Sendable {
    let routes = OutsideRoutes()
    let oracle: Oracle
    let clock = Locked(Instant(secondsSinceEpoch: 1_800_000_000))
    let woken = Locked<[ObjectKey]>([])
    let complaints = Locked<[String]>([])

    init(_ oracle: Oracle) {
      self.oracle = oracle
      routes.connect(
        OutsideRoutes.Environment(
          sources: [.recordSet: oracle],
          wake: { [woken] key in woken.withLock { $0.append(key) } },
          complain: { [complaints] key, message in complaints.withLock { $0.append("\(key): \(message)") } },
          now: { [clock] in clock.withLock { $0 } }
        )
      )
    }

    func pass(_ seconds: Int) { clock.withLock { $0 = $0 + .seconds(seconds) } }

    /// Waits until it was asked so often, and a moment longer.
    func asked(_ count: Int) async throws {
      while oracle.asked.withLock({ $0 }) < count { try await Task.sleep(for: .milliseconds(10)) }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private let web = ObjectKey(namespace: "shop", name: "web")
  private let api = ObjectKey(namespace: "shop", name: "api")
  private let address = RouteAddress(
    OutsidePlace(.recordSet, settings: ["url": "http://dns"]),
    ObjectKey(namespace: "shop", name: "shop.example.com")
  )

  private func run(_ oracle: Oracle, _ body: (World) async throws -> Void) async throws {
    let world = World(oracle)
    try await withThrowingTaskGroup { group in
      group.addTask { try await world.routes.run() }
      try await body(world)
      group.cancelAll()
    }
  }

  @Test func oneAnswerIsForAllWhoNameIt() async throws {
    try await run(Oracle(["records": 1])) { world in
      let unknown = world.routes.reference(address)
      #expect(unknown.object == nil && unknown != .missing)
      world.routes.ask(for: [address], by: web, isInFlight: true)
      world.routes.ask(for: [address], by: api, isInFlight: false)
      try await world.asked(1)
      #expect(world.routes.reference(address) == .found(["records": 1]))
      #expect(Set(world.woken.withLock { $0 }) == [web, api])
      world.pass(5)
      try await world.asked(2)
      // The same answer is no news.
      #expect(world.woken.withLock { $0.count } == 2)
      world.oracle.answer.withLock { $0 = .success(nil) }
      world.pass(5)
      try await world.asked(3)
      #expect(world.routes.reference(address) == .missing)
      #expect(world.woken.withLock { $0.count } == 4)
    }
  }

  @Test func atRestItIsAskedForOnceAMinuteAndThenNotAtAll() async throws {
    try await run(Oracle(["records": 1])) { world in
      world.routes.ask(for: [address], by: web, isInFlight: false)
      try await world.asked(1)
      world.pass(30)
      try await Task.sleep(for: .milliseconds(600))
      #expect(world.oracle.asked.withLock { $0 } == 1)
      world.pass(31)
      try await world.asked(2)
      // A release begins.
      world.routes.ask(for: [address], by: web, isInFlight: true)
      try await world.asked(3)
      world.routes.ask(for: [], by: web, isInFlight: false)
      world.pass(600)
      try await Task.sleep(for: .milliseconds(600))
      #expect(world.oracle.asked.withLock { $0 } == 3)
      #expect(world.routes.reference(address).object == nil)
    }
  }

  @Test func silenceIsBorneForAWhileAndToldOnce() async throws {
    try await run(Oracle(["records": 1])) { world in
      world.routes.ask(for: [address], by: web, isInFlight: true)
      try await world.asked(1)
      world.oracle.answer.withLock { $0 = .failure(RouteFailure(.unreachable, "nobody answers")) }
      for count in 2...3 {
        world.pass(60)
        try await world.asked(count)
        #expect(world.routes.reference(address) == .found(["records": 1]))
      }
      for count in 4...5 {
        world.pass(60)
        try await world.asked(count)
      }
      guard case .unknown(let why) = world.routes.reference(address) else {
        Issue.record("\(world.routes.reference(address))")
        return
      }
      #expect(why.contains("nobody answers"))
      #expect(world.complaints.withLock { $0 } == ["shop/web: \(why)"])
    }
  }

  @Test func aRefusalIsBelievedAtOnce() async throws {
    try await run(Oracle(["records": 1])) { world in
      world.routes.ask(for: [address], by: web, isInFlight: true)
      try await world.asked(1)
      world.oracle.answer.withLock { $0 = .failure(RouteFailure(.refused, "wrong key")) }
      world.pass(5)
      try await world.asked(2)
      #expect(world.routes.reference(address).object == nil)
      #expect(world.complaints.withLock { $0.count } == 1)
    }
  }

  @Test func anAnswerFromBeforeAWriteSaysNothing() async throws {
    try await run(Oracle(["records": 1])) { world in
      world.routes.ask(for: [address], by: web, isInFlight: true)
      try await world.asked(1)
      world.oracle.isHeld.withLock { $0 = true }
      world.pass(5)
      try await world.asked(2)
      try await world.routes.perform(.patch(address, ["records": 2]))
      #expect(world.routes.reference(address) == .found(["records": 2]))
      world.oracle.isHeld.withLock { $0 = false }
      try await world.asked(3)
      #expect(world.routes.reference(address) == .found(["records": 2]))
    }
  }
}
