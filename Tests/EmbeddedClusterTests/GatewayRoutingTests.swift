import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

@Suite("Routing without sockets")
struct GatewayRoutingTests {
  private static func request(_ path: String, host: String = "shop.test", method: String = "GET")
    -> RouteRequest
  {
    RouteRequest(host: host, path: path, method: method, headers: ["x-user": "beta"])
  }

  @Test(
    "The most specific match wins",
    arguments: [
      ("/", "shop/root/0"), ("/api", "shop/api/0"), ("/api/v1", "shop/api/0"), ("/apis", "shop/root/0"),
      ("/api/exact", "shop/exact/0"),
    ]
  )
  func precedence(_ path: String, _ rule: String) {
    var exact = route(["c": 1], name: "exact")
    exact.set(
      [["matches": [["path": ["type": "Exact", "value": "/api/exact"]]], "backendRefs": []]],
      at: "spec",
      "rules"
    )
    let routes = [route(["a": 1], name: "root"), route(["b": 1], name: "api", path: "/api"), exact]
    #expect(RoutingTable(routes: routes).rule(for: Self.request(path))?.id == rule)
  }

  @Test(
    "Hosts match exactly or by their first label",
    arguments: [
      ("shop.test", true), ("a.wild.test", true), ("wild.test", false), ("other.test", false),
    ]
  )
  func hosts(_ host: String, _ isServed: Bool) {
    var value = route(["a": 1])
    value.set(["shop.test", "*.wild.test"], at: "spec", "hostnames")
    #expect((RoutingTable(routes: [value]).rule(for: Self.request("/", host: host)) != nil) == isServed)
  }

  @Test(
    "Shares follow the weights closely over any stretch",
    arguments: [[1, 1], [80, 20], [5, 95], [0, 1], [1, 2, 3]]
  )
  func shares(_ weights: [Int]) {
    var sequence = WeightedSequence(seed: 7)
    let total = weights.reduce(0, +)
    var hits = [Int](repeating: 0, count: weights.count)
    for count in 1...1000 {
      guard let index = sequence.next(weights) else { continue }
      hits[index] += 1
      guard count >= 100 else { continue }
      for (hit, weight) in zip(hits, weights) {
        #expect(abs(Double(hit) - Double(count * weight) / Double(total)) < 5)
      }
    }
    #expect(zip(hits, weights).allSatisfy { $1 > 0 || $0 == 0 })
  }

  @Test func withoutAnyWeightThereIsNoChoice() {
    var sequence = WeightedSequence(seed: 7)
    #expect(sequence.next([]) == nil)
    #expect(sequence.next([0, 0]) == nil)
  }

  @Test func aWindowForgetsWhatIsOlder() {
    var statistics = GatewayStatistics()
    let key = ObjectKey(namespace: "shop", name: "web")
    for second in 0..<20 {
      let status = second < 10 ? 500 : 200
      statistics.record(service: key, status: status, latency: .milliseconds(3), at: .seconds(second))
    }
    let all = statistics.counts(service: key, window: .seconds(60), at: .seconds(20))
    #expect(all == .init(requests: 20, errors: 10))
    let recent = statistics.counts(service: key, window: .seconds(5), at: .seconds(19))
    #expect(recent == .init(requests: 5, errors: 0))
    let late = statistics.counts(service: key, window: .seconds(5), at: .seconds(1000))
    #expect(late == .init() && late.successRate == nil)
    #expect(statistics.prometheusText.contains("le=\"0.005\"} 20"))
  }

  @Test func aStatusIsStableWhenNothingChanged() {
    let first = RouteStatus.make(
      route: route(["a": 1]),
      backends: [],
      foreign: ForeignGateways(),
      now: Instant(secondsSinceEpoch: 1)
    )
    var same = route(["a": 1])
    same["status"] = first
    #expect(
      RouteStatus.make(
        route: same,
        backends: [],
        foreign: ForeignGateways(),
        now: Instant(secondsSinceEpoch: 99)
      ) == first
    )
  }
}
