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

    init(_ answer: JSONValue?, answersLater: Bool = false) {
      self.answer = Locked(.success(answer))
      self.answersLater = answersLater
    }

    let interval = Duration.seconds(5)
    let answersLater: Bool
    let forgotten = Locked(0)

    func forget(_ address: RouteAddress) { forgotten.withLock { $0 += 1 } }

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
          sources: [.recordSet: oracle, .loadBalancer: oracle],
          wake: { [woken] key in woken.withLock { $0.append(key) } },
          complain: { [complaints] key, _, message in
            complaints.withLock { $0.append("\(key): \(message)") }
          },
          now: { [clock] in clock.withLock { $0 } }
        )
      )
    }

    func pass(_ seconds: Int) { clock.withLock { $0 = $0 + .seconds(seconds) } }

    /// One round: all who are due are asked and have answered. Says how often that was so far.
    func round() async -> Int {
      await routes.askDue()
      return oracle.asked.withLock { $0 }
    }
  }

  private let web = ObjectKey(namespace: "shop", name: "web")
  private let api = ObjectKey(namespace: "shop", name: "api")
  private let address = RouteAddress(
    OutsidePlace(.recordSet, settings: ["url": "http://dns"]),
    ObjectKey(namespace: "shop", name: "shop.example.com")
  )

  @Test func oneAnswerIsForAllWhoNameIt() async {
    let world = World(Oracle(["records": 1]))
    let unknown = world.routes.reference(address)
    #expect(unknown.object == nil && unknown != .missing)
    world.routes.ask(for: [address], by: web, isInFlight: true)
    world.routes.ask(for: [address], by: api, isInFlight: false)
    #expect(await world.round() == 1)
    #expect(world.routes.reference(address) == .found(["records": 1]))
    #expect(Set(world.woken.withLock { $0 }) == [web, api])
    world.pass(5)
    #expect(await world.round() == 2)
    #expect(world.woken.withLock { $0.count } == 2, "the same answer is no news")
    world.oracle.answer.withLock { $0 = .success(nil) }
    world.pass(5)
    #expect(await world.round() == 3)
    #expect(world.routes.reference(address) == .missing)
    #expect(world.woken.withLock { $0.count } == 4)
  }

  @Test func atRestItIsAskedForOnceAMinuteAndThenNotAtAll() async {
    let world = World(Oracle(["records": 1]))
    world.routes.ask(for: [address], by: web, isInFlight: false)
    #expect(await world.round() == 1)
    world.pass(30)
    #expect(await world.round() == 1)
    world.pass(31)
    #expect(await world.round() == 2)
    // A release begins.
    world.routes.ask(for: [address], by: web, isInFlight: true)
    #expect(await world.round() == 3)
    world.routes.ask(for: [], by: web, isInFlight: false)
    world.pass(600)
    #expect(await world.round() == 3)
    #expect(world.routes.reference(address).object == nil)
  }

  @Test func silenceIsBorneForAWhileAndToldOnce() async {
    let world = World(Oracle(["records": 1]))
    world.routes.ask(for: [address], by: web, isInFlight: true)
    #expect(await world.round() == 1)
    world.oracle.answer.withLock { $0 = .failure(RouteFailure(.unreachable, "nobody answers")) }
    for count in 2...3 {
      world.pass(60)
      #expect(await world.round() == count)
      #expect(world.routes.reference(address) == .found(["records": 1]))
    }
    for count in 4...5 {
      world.pass(60)
      #expect(await world.round() == count)
    }
    guard case .unknown(let why) = world.routes.reference(address) else {
      Issue.record("\(world.routes.reference(address))")
      return
    }
    #expect(why.contains("nobody answers"))
    #expect(world.complaints.withLock { $0 } == ["shop/web: \(why)"])
  }

  @Test func troubleIsToldOnceAndAskedForLaterEachTime() async {
    let world = World(Oracle(["records": 1]))
    world.routes.ask(for: [address], by: web, isInFlight: true)
    #expect(await world.round() == 1)
    let troubled: JSONValue = ["records": 1, "trouble": "it hangs"]
    world.oracle.answer.withLock { $0 = .success(troubled) }
    for (count, pause) in [(2, 5), (3, 10), (4, 20), (5, 40), (6, 60), (7, 60)] {
      world.pass(pause - 1)
      #expect(await world.round() == count - 1)
      world.pass(1)
      #expect(await world.round() == count)
      #expect(world.routes.reference(address) == .found(troubled))
    }
    #expect(world.complaints.withLock { $0 } == ["shop/web: it hangs"])
  }

  @Test func whatIsOnlyNotedIsAskedForAtOnceAndForgottenWithItsRollout() async throws {
    let world = World(Oracle(["records": 1], answersLater: true))
    world.routes.ask(for: [address], by: web, isInFlight: false)
    #expect(await world.round() == 1)
    try await world.routes.perform(.patch(address, ["records": 2]))
    #expect(await world.round() == 2)
    #expect(world.routes.reference(address) == .found(["records": 2]))
    world.routes.ask(for: [], by: web, isInFlight: false)
    #expect(world.oracle.forgotten.withLock { $0 } == 1)
  }

  @Test func aRefusalIsBelievedAtOnce() async {
    let world = World(Oracle(["records": 1]))
    world.routes.ask(for: [address], by: web, isInFlight: true)
    #expect(await world.round() == 1)
    world.oracle.answer.withLock { $0 = .failure(RouteFailure(.refused, "wrong key")) }
    world.pass(5)
    #expect(await world.round() == 2)
    #expect(world.routes.reference(address).object == nil)
    #expect(world.complaints.withLock { $0.count } == 1)
  }

  @Test func anAnswerFromBeforeAWriteSaysNothing() async throws {
    let world = World(Oracle(["records": 1]))
    world.routes.ask(for: [address], by: web, isInFlight: true)
    #expect(await world.round() == 1)
    world.oracle.isHeld.withLock { $0 = true }
    world.pass(5)
    async let held = world.round()
    while world.oracle.asked.withLock({ $0 }) < 2 { await Task.yield() }
    try await world.routes.perform(.patch(address, ["records": 2]))
    #expect(world.routes.reference(address) == .found(["records": 2]))
    world.oracle.isHeld.withLock { $0 = false }
    #expect(await held == 2)
    #expect(world.routes.reference(address) == .found(["records": 2]))
    #expect(await world.round() == 3)
    #expect(world.routes.reference(address) == .found(["records": 2]))
  }

  @Test func theServiceAsksOfItself() async throws {
    let world = World(Oracle(["records": 1]))
    try await withThrowingTaskGroup { group in
      group.addTask { try await world.routes.run() }
      world.routes.ask(for: [address], by: web, isInFlight: true)
      while world.woken.withLock({ $0.isEmpty }) { try await Task.sleep(for: .milliseconds(5)) }
      #expect(world.routes.reference(address) == .found(["records": 1]))
      group.cancelAll()
    }
  }

  private let balancer = RouteAddress(
    OutsidePlace(.loadBalancer, settings: ["host": "lb"]),
    ObjectKey(namespace: "", name: "lb")
  )

  /// Who has written weights asks anew; for others behind the same load balancer the answer is still good.
  @Test func whatWasAskedBeforeAWriteSaysNothingToWhoWrote() async {
    let world = World(Oracle(["rules": 1]))
    #expect(world.routes.knows(.loadBalancer))
    for rollout in [web, api] { world.routes.ask(for: [balancer], by: rollout, isInFlight: true) }
    #expect(await world.round() == 1)
    world.woken.withLock { $0 = [] }
    world.routes.doubt(.recordSet, by: web)
    #expect(world.routes.reference(balancer, for: web) == .found(["rules": 1]))
    world.routes.doubt(.loadBalancer, by: web)
    #expect(world.routes.reference(balancer, for: web).object == nil)
    #expect(world.routes.reference(balancer, for: api) == .found(["rules": 1]))
    #expect(await world.round() == 1)
    world.pass(2)
    #expect(await world.round() == 2)
    #expect(world.routes.reference(balancer, for: web) == .found(["rules": 1]))
    #expect(world.woken.withLock { $0 } == [web], "the same answer is news for the one who doubted")
  }

  @Test func anAnswerToAQuestionFromBeforeADoubtIsNotEnough() async {
    let world = World(Oracle(["rules": 1]))
    world.routes.ask(for: [balancer], by: web, isInFlight: true)
    #expect(await world.round() == 1)
    world.oracle.isHeld.withLock { $0 = true }
    world.pass(10)
    async let held = world.round()
    while world.oracle.asked.withLock({ $0 }) < 2 { await Task.yield() }
    world.routes.doubt(.loadBalancer, by: web)
    world.oracle.isHeld.withLock { $0 = false }
    #expect(await held == 2)
    #expect(world.routes.reference(balancer, for: web).object == nil)
    world.pass(2)
    #expect(await world.round() == 3)
    #expect(world.routes.reference(balancer, for: web) == .found(["rules": 1]))
  }

  /// A hundred rollouts behind one load balancer write, and it is asked once.
  @Test func manyDoubtsAreOneQuestion() async {
    let world = World(Oracle(["rules": 1]))
    let rollouts = (0..<100).map { ObjectKey(namespace: "shop", name: "web-\($0)") }
    for rollout in rollouts { world.routes.ask(for: [balancer], by: rollout, isInFlight: true) }
    #expect(await world.round() == 1)
    for rollout in rollouts { world.routes.doubt(.loadBalancer, by: rollout) }
    world.pass(2)
    #expect(await world.round() == 2)
    for rollout in rollouts {
      #expect(world.routes.reference(balancer, for: rollout) == .found(["rules": 1]))
    }
    #expect(await world.round() == 2)
  }
}
