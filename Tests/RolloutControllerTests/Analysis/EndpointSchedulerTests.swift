import AnalysisCore
import KubeRuntime
import MetricProviders
import Primitives
import Testing

@testable import RolloutController

/// An immediate task has come to where it waits when the call returns.
@Suite("The scheduler of an endpoint", .timeLimit(.minutes(1)))
struct EndpointSchedulerTests {
  private let endpoint = AskedEndpoint()

  @Test("sends equal questions of a second once, and answers all who ask")
  func equalQuestions() async {
    let scheduler = endpoint.scheduler()
    let tasks = (0..<5).map { _ in Task.immediate { await endpoint.ask("up", scheduler) } }
    #expect(endpoint.count == 1)
    endpoint.gate.open()
    for task in tasks { #expect(await task.value == .answered) }
    endpoint.pass(.milliseconds(999))
    #expect(await endpoint.ask("up", scheduler) == .answered)
    #expect(endpoint.count == 1)
    endpoint.pass(.milliseconds(1))
    #expect(await endpoint.ask("up", scheduler) == .answered)
    #expect(endpoint.count == 2)
  }

  @Test("sends every question about the present")
  func present() async {
    let scheduler = endpoint.scheduler()
    endpoint.gate.open()
    let web = EndpointQuestion(ProviderSpec(["web": ["url": "http://shop/health"]]), namespace: "")
    for _ in 0..<3 { #expect(await endpoint.ask(web, scheduler) == .answered) }
    #expect(endpoint.count == 3)
  }

  @Test("sends so many questions at a time, and the others in their turn")
  func concurrency() async {
    let scheduler = endpoint.scheduler(EndpointOptions(concurrency: 2))
    let tasks = (0..<6).map { number in Task.immediate { await endpoint.ask("up \(number)", scheduler) } }
    #expect(endpoint.count == 2)
    endpoint.gate.open()
    for task in tasks { #expect(await task.value == .answered) }
    #expect(endpoint.count == 6)
  }

  @Test("sends what is beyond the rate later")
  func rate() async {
    let scheduler = endpoint.scheduler(EndpointOptions(questionsPerSecond: 20))
    endpoint.gate.open()
    let start = ContinuousClock.now
    for number in 0..<20 { #expect(await endpoint.ask("up \(number)", scheduler) == .answered) }
    #expect(await endpoint.ask("one more", scheduler) == .answered)
    #expect(ContinuousClock.now - start >= .milliseconds(50))
  }

  @Test("passes on a cancelled question to those who waited for its answer")
  func cancelledSender() async {
    let scheduler = endpoint.scheduler()
    let first = Task.immediate { await endpoint.ask("up", scheduler) }
    let second = Task.immediate { await endpoint.ask("up", scheduler) }
    first.cancel()
    #expect(await first.value == .cancelled)
    endpoint.gate.open()
    #expect(await second.value == .answered)
    #expect(endpoint.count == 2)
  }

  @Test("takes back the permit of a question that is cancelled, in the line or under way")
  func cancelledPermits() async {
    let scheduler = endpoint.scheduler(EndpointOptions(concurrency: 1))
    let underWay = Task.immediate { await endpoint.ask("a", scheduler) }
    let inLine = Task.immediate { await endpoint.ask("b", scheduler) }
    let last = Task.immediate { await endpoint.ask("c", scheduler) }
    #expect(endpoint.count == 1)
    inLine.cancel()
    #expect(await inLine.value == .cancelled)
    underWay.cancel()
    #expect(await underWay.value == .cancelled)
    endpoint.gate.open()
    #expect(await last.value == .answered)
    #expect(await endpoint.ask("d", scheduler) == .answered)
  }
}

/// What becomes of questions when nobody answers.
@Suite("The scheduler of an endpoint that is away", .timeLimit(.minutes(1)))
struct EndpointOutageTests {
  private let endpoint = AskedEndpoint()

  @Test("asks no more after five outages, then once, and all again after an answer")
  func opensAndCloses() async {
    let scheduler = endpoint.scheduler()
    await breakCircuit(scheduler)
    guard case .away(let reason, let retryAt) = await endpoint.ask("sixth", scheduler) else {
      Issue.record("the sixth was not put off")
      return
    }
    #expect(endpoint.count == 5)
    #expect(reason == "prometheus is away since 2027-01-15T08:00:00Z: refused")
    #expect(retryAt > endpoint.now)
    endpoint.pass(retryAt - endpoint.now)
    endpoint.isAway.withLock { $0 = false }
    let probe = Task.immediate { await endpoint.ask("probe", scheduler) }
    #expect(await endpoint.ask("beside", scheduler).isAway)
    #expect(endpoint.count == 6)
    endpoint.gate.open()
    #expect(await probe.value == .answered)
    #expect(await endpoint.ask("after", scheduler) == .answered)
    #expect(endpoint.count == 7)
  }

  @Test("asks no more when its probe meets an outage too")
  func opensAgain() async {
    let scheduler = endpoint.scheduler()
    await breakCircuit(scheduler)
    endpoint.gate.open()
    endpoint.pass(.seconds(5))
    #expect(await endpoint.ask("probe", scheduler).isAway)
    #expect(endpoint.count == 6)
    #expect(await endpoint.ask("after", scheduler).isAway)
    #expect(endpoint.count == 6)
  }

  @Test("lets another probe out when one was cancelled")
  func cancelledProbe() async {
    let scheduler = endpoint.scheduler()
    await breakCircuit(scheduler)
    endpoint.pass(.seconds(5))
    endpoint.isAway.withLock { $0 = false }
    let probe = Task.immediate { await endpoint.ask("probe", scheduler) }
    probe.cancel()
    #expect(await probe.value == .cancelled)
    endpoint.gate.open()
    #expect(await endpoint.ask("next", scheduler) == .answered)
  }

  @Test("tells all who wait for an answer that none comes, and keeps no outage for an answer")
  func waitersOfAnOutage() async {
    let scheduler = endpoint.scheduler()
    endpoint.isAway.withLock { $0 = true }
    let tasks = (0..<3).map { _ in Task.immediate { await endpoint.ask("up", scheduler) } }
    endpoint.gate.open()
    for task in tasks { #expect(await task.value.isAway) }
    #expect(endpoint.count == 1)
    endpoint.isAway.withLock { $0 = false }
    #expect(await endpoint.ask("up", scheduler) == .answered)
  }

  @Test("sends away those who stand in line when the circuit opens")
  func line() async {
    let scheduler = endpoint.scheduler(EndpointOptions(concurrency: 5))
    endpoint.isAway.withLock { $0 = true }
    let tasks = (0..<40).map { number in Task.immediate { await endpoint.ask("up \(number)", scheduler) } }
    let joined = Task.immediate { await endpoint.ask("up 39", scheduler) }
    #expect(endpoint.count == 5)
    endpoint.gate.open()
    for task in tasks { #expect(await task.value.isAway) }
    #expect(await joined.value.isAway)
    // Each of the four that end before the circuit opens lets one more out.
    #expect(endpoint.count <= 9)
  }

  /// Five outages in a row, for which the gate stays closed.
  private func breakCircuit(_ scheduler: EndpointScheduler) async {
    endpoint.isAway.withLock { $0 = true }
    for number in 0..<5 { #expect(await endpoint.ask("up \(number)", scheduler, through: nil).isAway) }
  }
}
