import HTTPTransport
import KubeModel
import Primitives
import RouteProviders
import Testing
import TrafficPlans

/// A real PowerDNS: what the router plans is written through the API, and seen by asking for the name.
@Suite(
  .serialized,
  .timeLimit(.minutes(2)),
  .enabled(if: NameServer.isHere, "no PowerDNS here; make setup installs it")
)
struct PowerDNSSourceTests {
  /// A rollout with a name at the server, and what it knows of it.
  private struct Shop {
    let server: NameServer
    let source: PowerDNSSource
    let router: PowerDNSRouter

    init(_ server: NameServer, key: String = "hunter2", _ more: JSONValue = .object([:])) {
      self.server = server
      source = PowerDNSSource(client: server.client) { _, _, _ in .success(key) }
      let plugin: JSONValue = [
        "url": .string(server.url), "secretRef": ["name": "dns", "key": "api-key"], "zone": "example.com",
        "name": "web.example.com", "canary": ["192.0.2.9"], "stable": ["192.0.2.1"],
      ]
      router = PowerDNSRouter(
        MergePatch.apply(more, to: plugin),
        rollout: ObjectKey(namespace: "shop", name: "web")
      )
    }

    func weights(_ canary: Int, stickiness: Stickiness? = nil) -> TrafficWeights {
      var weights = TrafficWeights(canaryService: "web-canary", stableService: "web-stable", canary: canary)
      weights.stickiness = stickiness
      return weights
    }

    func read() async throws -> LiveRoutes {
      let object = try await source.read(router.address)
      return object.map { [router.address: $0] } ?? [:]
    }

    /// Gives the canary a weight; what is there after it.
    @discardableResult
    func set(_ weight: Int, stickiness: Stickiness? = nil) async throws -> LiveRoutes {
      var live = try await read()
      guard case .changes(let changes) = router.plan(weights(weight, stickiness: stickiness), live) else {
        Issue.record("\(router.plan(weights(weight), live))")
        return live
      }
      for change in changes { live[router.address] = try await source.perform(change) }
      #expect(router.plan(weights(weight, stickiness: stickiness), live) == .unchanged)
      #expect(router.canaryWeight(weights(weight), live) == weight)
      return live
    }

    func problem() async throws -> String? { router.problem(weights(0), try await read()) }
  }

  @Test func `shares are as they are wanted, and at the end all is as it was`() async throws {
    let server = try await NameServer()
    let shop = Shop(server)
    let before = try await shop.read()
    #expect(shop.router.plan(shop.weights(0), before) == .unchanged)
    for weight in [20, 50, 80] {
      try await shop.set(weight)
      let counts = try server.addresses(questions: 2000)
      let share = Double(counts["192.0.2.9"] ?? 0) / 20
      #expect(abs(share - Double(weight)) < 4, "\(weight): \(counts)")
      #expect(counts.values.reduce(0, +) == 2000)
    }
    try await shop.set(100)
    #expect(try server.addresses(questions: 20) == ["192.0.2.9": 20])
    let after = try await shop.set(0)
    #expect(try server.addresses(questions: 20) == ["192.0.2.1": 20])
    #expect(after == before)
    await server.stop()
  }

  @Test func `who has the canary's address keeps it while the weight grows`() async throws {
    let server = try await NameServer()
    let shop = Shop(server)
    var canary: Set<Int> = []
    for weight in [10, 30, 60, 90] {
      try await shop.set(weight, stickiness: .both)
      var now: Set<Int> = []
      for asker in 1...100 {
        let counts = try server.addresses(questions: 1, from: asker)
        if counts["192.0.2.9"] == 1 { now.insert(asker) }
        #expect(try server.addresses(questions: 1, from: asker) == counts)
      }
      #expect(now.isSuperset(of: canary))
      canary = now
    }
    #expect(canary.count > 50)
    await server.stop()
  }

  @Test func `a cut-over changes all at once, without LUA records`() async throws {
    let server = try await NameServer(lua: "no")
    let shop = Shop(server, ["mode": "cutover", "ttl": 5])
    var live = try await shop.set(0)
    #expect(shop.router.plan(shop.weights(60), live) == .unchanged)
    #expect(try server.addresses() == ["192.0.2.1": 1])
    live = try await shop.set(100)
    #expect(try server.addresses() == ["192.0.2.9": 1])
    #expect(shop.router.lingering(live) == .seconds(5))
    try await shop.set(0)
    #expect(try server.addresses() == ["192.0.2.1": 1])
    let problem = try await Shop(server).problem()
    #expect(problem?.contains("answers no LUA records") == true, "\(problem ?? "")")
    await server.stop()
  }

  @Test func `what somebody else changed meanwhile is not written over`() async throws {
    let server = try await NameServer()
    let shop = Shop(server)
    let live = try await shop.read()
    guard case .changes(let changes) = shop.router.plan(shop.weights(20), live) else { return }
    try await server.replace("A", ["192.0.2.1", "192.0.2.7"])
    let change = try #require(changes.first)
    await #expect { try await shop.source.perform(change) } throws: { error in
      (error as? RouteFailure)?.kind == .changed
    }
    let problem = try await shop.problem()
    #expect(problem?.contains("has the value 192.0.2.7, which is neither") == true, "\(problem ?? "")")
    await server.stop()
  }

  @Test func `a zone that is not there, and records that collide, are told`() async throws {
    let server = try await NameServer()
    let away = try await Shop(server, ["zone": "example.org", "name": "web.example.org"]).problem()
    #expect(away?.contains("has no zone example.org.") == true, "\(away ?? "")")
    let alias: JSONValue = ["type": "CNAME", "canary": ["b.example.net"], "stable": ["a.example.net"]]
    let beside = try await Shop(server, alias).problem()
    #expect(beside?.contains("records of type A, beside which no CNAME can stand") == true, "\(beside ?? "")")
    try await server.replace("CNAME", ["a.example.net."], name: "alias.example.com.")
    let other = try await Shop(server, ["name": "alias.example.com"]).problem()
    #expect(other?.contains("has a CNAME record, beside which no A record") == true, "\(other ?? "")")
    let absent = try await Shop(server, ["name": "new.example.com"]).problem()
    #expect(absent?.contains("has no A record") == true, "\(absent ?? "")")
    await server.stop()
  }

  @Test func `an alias is split as well`() async throws {
    let server = try await NameServer()
    try await server.replace("CNAME", ["a.example.net."], name: "alias.example.com.")
    let shop = Shop(
      server,
      [
        "name": "alias.example.com", "type": "CNAME", "canary": ["b.example.net"],
        "stable": ["a.example.net"],
      ]
    )
    let before = try await shop.read()
    for weight in [30, 100] { try await shop.set(weight) }
    #expect(try await shop.set(0) == before)
    await server.stop()
  }

  @Test func `a wrong key and a dead server are told without the key`() async throws {
    let server = try await NameServer()
    await #expect { try await Shop(server, key: "wrong-key").read() } throws: { error in
      let failure = error as? RouteFailure
      return failure?.kind == .refused && failure?.description.contains("wrong-key") == false
    }
    await #expect { try await Shop(server, ["url": "http://127.0.0.1:1"]).read() } throws: { error in
      (error as? RouteFailure)?.kind == .unreachable
    }
    await server.stop()
  }
}
