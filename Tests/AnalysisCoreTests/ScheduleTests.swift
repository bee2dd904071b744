import AnalysisCore
import Primitives
import Testing

@Suite("An endpoint's circuit")
struct CircuitBreakerTests {
  private var random = SeededRandom(seed: 7)
  private let start = Instant(secondsSinceEpoch: 1_800_000_000)
  private static let backoff = Backoff(base: .seconds(1), limit: .seconds(30), jitter: 0)

  private func broken() -> CircuitBreaker {
    var breaker = CircuitBreaker(backoff: Self.backoff)
    var random = random
    for _ in 0..<5 { breaker.met(outage: "refused", now: start, using: &random) }
    return breaker
  }

  @Test("opens after five outages in a row, and not when somebody answers in between")
  mutating func opens() {
    var breaker = CircuitBreaker(backoff: Self.backoff)
    for round in 0..<3 {
      for _ in 0..<4 { breaker.met(outage: "refused", now: start, using: &random) }
      #expect(breaker.admit(now: start) == .ask(isProbe: false), "round \(round)")
      breaker.answered()
      #expect(breaker.outage == nil)
    }
    #expect(broken().isOpen)
  }

  @Test("lets one probe through after a pause, which doubles up to half a minute")
  mutating func probes() {
    var breaker = broken()
    var now = start
    for pause in [1, 2, 4, 8, 16, 30, 30] {
      #expect(breaker.admit(now: now) == .wait(until: now + .seconds(pause)))
      now = now + .seconds(pause)
      #expect(breaker.admit(now: now) == .ask(isProbe: true))
      #expect(breaker.admit(now: now) == .wait(until: now + .seconds(2)))
      breaker.met(outage: "still refused", now: now, using: &random)
    }
    #expect(breaker.outage?.since == start && breaker.outage?.reason == "still refused")
  }

  @Test("closes when the probe is answered")
  func closes() {
    var breaker = broken()
    let later = start + .seconds(1)
    #expect(breaker.admit(now: later) == .ask(isProbe: true))
    breaker.answered()
    for _ in 0..<10 { #expect(breaker.admit(now: later) == .ask(isProbe: false)) }
  }

  @Test("gives a probe up that is never reported")
  func lostProbe() {
    var breaker = broken()
    let later = start + .seconds(1)
    #expect(breaker.admit(now: later) == .ask(isProbe: true))
    #expect(breaker.admit(now: later + .seconds(60)) == .ask(isProbe: true))
  }

  @Test("lets another probe through when one was cancelled")
  func cancelledProbe() {
    var breaker = broken()
    let later = start + .seconds(1)
    #expect(breaker.admit(now: later) == .ask(isProbe: true))
    breaker.gaveUp(now: later)
    #expect(breaker.admit(now: later) == .ask(isProbe: true))
  }

  @Test("is not moved by questions that were out when it opened")
  mutating func stragglers() {
    var breaker = broken()
    for _ in 0..<20 { breaker.met(outage: "refused", now: start + .milliseconds(500), using: &random) }
    #expect(breaker.admit(now: start) == .wait(until: start + .seconds(1)))
  }

  @Test("spreads the probes of many controllers")
  func jitter() {
    let retries = (0..<100).map { seed in
      var random = SeededRandom(seed: UInt64(seed))
      var breaker = CircuitBreaker()
      for _ in 0..<5 { breaker.met(outage: "refused", now: start, using: &random) }
      return breaker.retry(after: start, using: &random)
    }
    #expect(Set(retries).count > 90)
    #expect(retries.allSatisfy { $0 >= start + .milliseconds(500) && $0 <= start + .seconds(1) })
  }
}

@Suite("The rate of questions")
struct RateLimiterTests {
  private let start = Instant(secondsSinceEpoch: 1_800_000_000)

  @Test("lets a burst through and then so many per second")
  func burst() {
    var limiter = RateLimiter(perSecond: 10, burst: 3)
    let waits = (0..<6).map { _ in limiter.take(now: start) }
    #expect(waits == [.zero, .zero, .zero, .milliseconds(100), .milliseconds(200), .milliseconds(300)])
    #expect(limiter.take(now: start + .seconds(10)) == .zero)
  }

  @Test("never lets more through in a second than the rate and the burst")
  func bound() {
    var limiter = RateLimiter(perSecond: 50, burst: 5)
    var random = SeededRandom(seed: 3)
    var now = start
    var sent: [Instant] = []
    for _ in 0..<2000 {
      now = now + .milliseconds(Int.random(in: 0...30, using: &random))
      sent.append(now + limiter.take(now: now))
    }
    for index in sent.indices.dropLast(56) { #expect(sent[index + 56] - sent[index] >= .seconds(1)) }
  }
}

@Suite("Equal questions")
struct AnswerBoardTests {
  private let start = Instant(secondsSinceEpoch: 1_800_000_000)

  /// A decision as text.
  private static func look(_ board: inout AnswerBoard<String, Int>, _ question: String, _ now: Instant)
    -> String
  {
    switch board.look(question, now: now) {
    case .ask: "ask"
    case .join: "join"
    case .known(let answer): "\(answer)"
    }
  }

  @Test("are asked once a second")
  func sharing() {
    var board = AnswerBoard<String, Int>()
    #expect(Self.look(&board, "q", start) == "ask")
    #expect(Self.look(&board, "q", start) == "join")
    #expect(Self.look(&board, "other", start) == "ask")
    board.finish("q", 7, isKept: true)
    #expect(Self.look(&board, "q", start + .milliseconds(999)) == "7")
    #expect(Self.look(&board, "q", start + .seconds(1)) == "ask")
  }

  @Test("are asked again when nobody answered")
  func outages() {
    var board = AnswerBoard<String, Int>()
    #expect(Self.look(&board, "q", start) == "ask")
    board.abandon("q")
    #expect(Self.look(&board, "q", start) == "ask")
    board.finish("q", 7, isKept: false)
    #expect(Self.look(&board, "q", start) == "ask")
  }

  @Test("are forgotten, so that memory stays flat")
  func memory() {
    var board = AnswerBoard<String, Int>()
    for second in 0..<1000 {
      let now = start + .milliseconds(100 * second)
      #expect(Self.look(&board, "q\(second)", now) == "ask")
      board.finish("q\(second)", second, isKept: true)
    }
    #expect(board.count <= 21)
  }
}

@Suite("An endpoint")
struct ProviderEndpointTests {
  @Test(
    "is a provider with scheme, host and port, whatever is asked there",
    arguments: [
      (["prometheus": ["address": "http://p:9090/prefix", "query": "a"]], "prometheus at http://p:9090"),
      (["prometheus": ["address": "HTTP://user:pw@P:9090", "query": "a"]], "prometheus at http://p:9090"),
      (["prometheus": ["query": "a"]], "prometheus at http://default"),
      (["web": ["url": "https://api.example.com?x=http://y"]], "web at https://api.example.com"),
      (["web": ["url": "no url"]], "web"), (["job": [:]], "job"), (["cloudWatch": [:]], "cloudWatch"),
      (["graphite": ["address": "http://g:80", "query": "x"]], "graphite at http://g:80"),
      (["influxdb": ["profile": "team-a", "query": "x"]], "influxdb team-a"),
    ] as [(JSONValue, String)]
  )
  func endpoint(_ provider: JSONValue, _ endpoint: String) {
    #expect(ProviderSpec(provider).endpoint(prometheusAddress: "http://default/x") == endpoint)
  }

  @Test(
    "is asked equal questions once where it reads recorded series",
    arguments: [
      (["prometheus": ["query": "a"]], true), (["web": ["url": "http://x"]], false),
      (["web": ["url": "http://x", "method": "POST"]], false), (["job": [:]], false),
    ] as [(JSONValue, Bool)]
  )
  func shareable(_ provider: JSONValue, _ isShareable: Bool) {
    #expect(EndpointQuestion(ProviderSpec(provider), namespace: "").isShareable == isShareable)
  }
}
