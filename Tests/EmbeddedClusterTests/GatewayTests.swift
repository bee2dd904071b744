import KubeModel
import NIOCore
import Primitives
import Testing

@testable import EmbeddedCluster

@Suite("The gateway", .timeLimit(.minutes(1)))
struct GatewayTests {
  @Test func weightsHoldWithinThreePointsOverTwoThousandRequests() async throws {
    let store = try shopStore()
    let (old, new) = (
      try await FakeBackend.start("old", address: try freshAddress()),
      try await FakeBackend.start("new", address: try freshAddress())
    )
    try store.offer("stable", [old], port: old.port)
    try store.offer("canary", [new], port: new.port)
    _ = try store.create(.httpRoutes, route(["stable": 80, "canary": 20]))
    try await withGateway(store) { gateway, port in
      let hits = try await GatewayClient.connect(port: port) { client in
        var hits: [String: Int] = [:]
        for _ in 0..<2000 { hits[try await client.get("/").body, default: 0] += 1 }
        return hits
      }
      #expect(abs((hits["new"] ?? 0) - 400) <= 60)
      #expect((hits["old"] ?? 0) + (hits["new"] ?? 0) == 2000)
      // The last byte of an answer reaches the client before its end is counted.
      try await eventually("all are counted") {
        gateway.counts(namespace: "shop", service: "canary", window: .seconds(60)).requests == hits["new"]
      }
    }
    try await old.stop()
    try await new.stop()
  }

  @Test func aNewWeightCountsFromTheNextRequests() async throws {
    let store = try shopStore()
    let (old, new) = (
      try await FakeBackend.start("old", address: try freshAddress()),
      try await FakeBackend.start("new", address: try freshAddress())
    )
    try store.offer("stable", [old], port: old.port)
    try store.offer("canary", [new], port: new.port)
    _ = try store.create(.httpRoutes, route(["stable": 100, "canary": 0]))
    try await withGateway(store) { _, port in
      try await GatewayClient.connect(port: port) { client in
        for _ in 0..<50 { #expect(try await client.get("/").body == "old") }
        try store.update(.httpRoutes, namespace: "shop", name: "shop") { current in
          current["spec"] = route(["stable": 0, "canary": 100])["spec"]
        }
        try await eventually("the new weight", within: .seconds(2)) {
          try await client.get("/").body == "new"
        }
        for _ in 0..<50 { #expect(try await client.get("/").body == "new") }
      }
    }
    try await old.stop()
    try await new.stop()
  }

  @Test func addressesTakeTurnsAndOnesThatRefuseAreTriedOnAnother() async throws {
    let store = try shopStore()
    let one = try await FakeBackend.start("one", address: try freshAddress())
    let two = try await FakeBackend.start("two", address: try freshAddress(), port: one.port)
    let gone = try await FakeBackend.start("gone", address: try freshAddress(), port: one.port)
    try await gone.stop()
    try store.offer("stable", [one, two, gone], port: one.port)
    _ = try store.create(.httpRoutes, route(["stable": 1]))
    try await withGateway(store) { gateway, port in
      try await GatewayClient.connect(port: port) { client in
        var hits: [String: Int] = [:]
        for _ in 0..<30 { hits[try await client.get("/").body, default: 0] += 1 }
        #expect(Set(hits.keys) == ["one", "two"])
      }
      #expect(gateway.counts(namespace: "shop", service: "stable", window: .seconds(60)).errors == 0)
    }
    try await one.stop()
    try await two.stop()
  }

  @Test func whatCannotBeServedIsSaid() async throws {
    let store = try shopStore()
    try store.offer("empty", [], port: 8080)
    _ = try store.create(.httpRoutes, route(["empty": 1]))
    _ = try store.create(.httpRoutes, route(["nowhere": 1], name: "broken", path: "/broken"))
    _ = try store.create(.httpRoutes, route(["empty": 0], name: "none", path: "/none"))
    try await withGateway(store) { gateway, port in
      let statuses = try await GatewayClient.connect(port: port) { client in
        var statuses: [Int] = []
        for path in ["/", "/broken/x", "/none"] { statuses.append(try await client.get(path).status) }
        statuses.append(try await client.get("/", host: "other.test").status)
        return statuses
      }
      #expect(statuses == [503, 500, 503, 404])
      #expect(gateway.counts(namespace: "shop", service: "empty", window: .seconds(60)).errors == 1)
      let status = store.get(.httpRoutes, namespace: "shop", name: "broken")?.status["parents"]?[0]
      let conditions = (status?["conditions"]?.array ?? []).map(Condition.init)
      #expect(conditions.first { $0.type == "Accepted" }?.status == "True")
      #expect(conditions.first { $0.type == "ResolvedRefs" }?.reason == "BackendNotFound")
      #expect(status?["conditions"]?[0]?["observedGeneration"] == 1)
    }
  }

  @Test func bodiesArriveWholeAndServicesAreReachableByTheirName() async throws {
    let store = try shopStore()
    let backend = try await FakeBackend.start("one", address: try freshAddress())
    try store.offer("stable", [backend], port: backend.port)
    try await withGateway(store) { _, port in
      try await GatewayClient.connect(port: port) { client in
        let body = String(repeating: "x", count: 300_000)
        let answer = try await client.post("/", host: "stable.shop", body: body)
        #expect(answer == GatewayAnswer(status: 200, body: "one got 300000"))
        #expect(try await client.get("/", host: "stable.shop.svc.cluster.local:80").body == "one")
      }
    }
    try await backend.stop()
  }

  @Test func statisticsAreServedForAWindow() async throws {
    let store = try shopStore()
    let bad = try await FakeBackend.start("bad", address: try freshAddress(), status: 500)
    try store.offer("canary", [bad], port: bad.port)
    _ = try store.create(.httpRoutes, route(["canary": 1]))
    try await withGateway(store) { _, port in
      try await GatewayClient.connect(port: port) { client in
        let page = "/__gateway/stats?service=canary&namespace=shop&window=60s"
        let before = try await client.get(page).body
        #expect(before == "{\"errors\":0,\"requests\":0,\"successRate\":null}\n")
        for _ in 0..<4 { #expect(try await client.get("/").status == 500) }
        let after = try JSONValue(parsing: try await client.get(page).body)
        #expect(after["requests"] == 4)
        #expect(after["errors"] == 4)
        #expect(after["successRate"]?.double == 0)
        #expect(try await client.get("/__gateway/stats?window=60s").status == 400)
        let metrics = try await client.get("/__gateway/metrics").body
        #expect(
          metrics.contains(
            "serin_gateway_requests_total{namespace=\"shop\",service=\"canary\",code=\"5xx\"} 4"
          )
        )
      }
    }
    try await bad.stop()
  }
}
