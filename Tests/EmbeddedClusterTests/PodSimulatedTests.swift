import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

@Suite("Simulated pods", .timeLimit(.minutes(1)))
struct PodSimulatedTests {
  private static let start = Instant(secondsSinceEpoch: 1_000_000)

  struct Case: Sendable, CustomTestStringConvertible {
    let annotations: [String: String]
    let after: Duration
    let phase: String
    let isReady: Bool
    let reason: String?
    var testDescription: String { "\(annotations) after \(after)" }
  }

  @Test(
    "A pod lives as its annotations say",
    arguments: [
      Case(annotations: [:], after: .zero, phase: "Running", isReady: false, reason: nil),
      Case(annotations: [:], after: .milliseconds(50), phase: "Running", isReady: true, reason: nil),
      Case(
        annotations: ["serin.dev/start-delay": "2s"],
        after: .seconds(1),
        phase: "Pending",
        isReady: false,
        reason: "ContainerCreating"
      ),
      Case(
        annotations: ["serin.dev/ready-delay": "2s"],
        after: .seconds(1),
        phase: "Running",
        isReady: false,
        reason: nil
      ),
      Case(
        annotations: ["serin.dev/never-ready": "true"],
        after: .seconds(99),
        phase: "Running",
        isReady: false,
        reason: nil
      ),
      Case(
        annotations: ["serin.dev/image-pull-error": "true"],
        after: .seconds(1),
        phase: "Pending",
        isReady: false,
        reason: "ErrImagePull"
      ),
      Case(
        annotations: ["serin.dev/crash-loop": "true"],
        after: .seconds(1),
        phase: "Running",
        isReady: false,
        reason: "CrashLoopBackOff"
      ),
    ]
  )
  func status(_ example: Case) {
    let pod: JSONValue = [
      "metadata": ["name": "a", "annotations": JSONValue(example.annotations)],
      "spec": ["containers": [["name": "main", "image": "x"]]],
    ]
    let now = Self.start + example.after
    let status = SimulatedPod.status(of: pod, address: "10.244.0.1", since: Self.start, now: now).status
    var seen = pod
    seen["status"] = status
    #expect(PodView(seen).phase == example.phase)
    #expect(PodView(seen).isReady == example.isReady)
    let waiting = status["containerStatuses"]?[0]?.at("state", "waiting", "reason")?.string
    #expect(waiting == example.reason)
  }

  @Test func aPodThatIsNotReadyYetSaysWhenItWillBe() {
    let pod: JSONValue = ["metadata": ["name": "a"], "spec": ["containers": [["name": "main"]]]]
    let wake = SimulatedPod.status(of: pod, address: "10.244.0.1", since: Self.start, now: Self.start).wake
    #expect(wake == Self.start + .milliseconds(50))
  }

  @Test func addressesAreLoopbackNeverTheUsualOneAndDistinct() {
    var pool = PodAddressPool.loopback(seed: 4_194_300)
    let addresses = (0..<600).compactMap { _ in pool.take() }
    #expect(Set(addresses).count == 600)
    for address in addresses {
      let parts = address.split(separator: ".").compactMap { Int($0) }
      #expect(parts[0] == 127 && (64..<128).contains(parts[1]) && (1...254).contains(parts[3]))
    }
  }
}
