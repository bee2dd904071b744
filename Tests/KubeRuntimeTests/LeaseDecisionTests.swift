import KubeModel
import KubeRuntime
import Primitives
import Testing

@Suite struct LeaseDecisionTests {
  private let now = Instant(secondsSinceEpoch: 1_800_000_000)
  private let key = ObjectKey(namespace: "serin", name: "controller")

  private func lease(holder: String, renewed: String = "2027-01-15T07:59:00.000000Z", duration: Int = 15)
    -> JSONValue
  {
    [
      "metadata": [
        "namespace": "serin", "name": "controller", "resourceVersion": "7", "labels": ["keep": "me"],
      ],
      "spec": [
        "holderIdentity": .string(holder), "renewTime": .string(renewed), "leaseTransitions": 3,
        "leaseDurationSeconds": JSONValue(duration), "acquireTime": "2027-01-15T07:00:00.000000Z",
      ],
    ]
  }

  private func decide(_ lease: JSONValue?, seenFor seconds: Int? = nil) -> LeaseDecision {
    let observation = lease.flatMap { lease in
      seconds.map { LeaseObservation.see(lease, after: nil, at: now + .seconds(-$0)) }
    }
    return .decide(
      lease: lease,
      observation: observation,
      key: key,
      identity: "me",
      times: LeaseTimes(),
      now: now
    )
  }

  @Test func createsALeaseWhereThereIsNone() {
    guard case .create(let lease) = decide(nil) else {
      Issue.record("not created")
      return
    }
    #expect(ObjectKey(lease) == key)
    let expected: JSONValue = [
      "holderIdentity": "me", "leaseDurationSeconds": 15, "leaseTransitions": 0,
      "acquireTime": .string(now.rfc3339Micro), "renewTime": .string(now.rfc3339Micro),
    ]
    #expect(lease.spec == expected)
  }

  @Test func renewsItsOwnLeaseAndKeepsTheRest() {
    guard case .renew(let renewed) = decide(lease(holder: "me"), seenFor: 0) else {
      Issue.record("not renewed")
      return
    }
    #expect(renewed.spec["renewTime"] == .string(now.rfc3339Micro))
    #expect(renewed.spec["acquireTime"] == "2027-01-15T07:00:00.000000Z")
    #expect(renewed.spec["leaseTransitions"] == 3)
    #expect(renewed.resourceVersion == "7")
    #expect(renewed.labels == ["keep": "me"])
  }

  @Test(arguments: [(0, false), (14, false), (15, true), (600, true)])
  func takesAnothersLeaseOnlyWhenItWasSeenUnchangedForItsDuration(seconds: Int, isTaken: Bool) {
    switch decide(lease(holder: "you"), seenFor: seconds) {
    case .take(let taken):
      #expect(isTaken)
      #expect(taken.spec["holderIdentity"] == "me")
      #expect(taken.spec["leaseTransitions"] == 4)
      #expect(taken.spec["acquireTime"] == .string(now.rfc3339Micro))
    case .follow(let holder):
      #expect(!isTaken)
      #expect(holder == "you")
    default: Issue.record("neither taken nor followed")
    }
  }

  @Test func takesAReleasedLeaseAtOnce() {
    let released = LeaseDecision.released(lease(holder: "you"), now: now)
    guard case .take = decide(released, seenFor: 0) else {
      Issue.record("not taken")
      return
    }
  }

  @Test func doesNotTrustTheClockOfTheHolder() {
    // Renewed long ago by its own clock, but seen for the first time just now.
    #expect(
      decide(lease(holder: "you", renewed: "2001-01-01T00:00:00Z"), seenFor: 0) == .follow(holder: "you")
    )
    #expect(decide(lease(holder: "you", renewed: "2001-01-01T00:00:00Z")) == .follow(holder: "you"))
  }

  @Test func countsFromTheLastChangeThatWasSeen() {
    let first = LeaseObservation.see(lease(holder: "you"), after: nil, at: now)
    let same = LeaseObservation.see(lease(holder: "you"), after: first, at: now + .seconds(5))
    #expect(same.since == now)
    let renewed = LeaseObservation.see(lease(holder: "you", renewed: "x"), after: same, at: now + .seconds(9))
    #expect(renewed.since == now + .seconds(9))
    let other = LeaseObservation.see(
      lease(holder: "her", renewed: "x"),
      after: renewed,
      at: now + .seconds(11)
    )
    #expect(other.since == now + .seconds(11))
  }

  /// Candidates with clocks that are off, a store with optimistic concurrency, and crashes: never two leaders at once.
  @Test func neverHasTwoLeadersInRandomHistories() {
    for seed in 0..<60 as Range<UInt64> { #expect(mostLeadersAtOnce(seed: seed) == 1, "seed \(seed)") }
  }

  private func mostLeadersAtOnce(seed: UInt64) -> Int {
    struct Candidate {
      let skew: Duration
      var observation: LeaseObservation?
      var leadsUntil: Instant?
      var sleepsUntil: Instant
    }
    var random = SeededRandom(seed: seed)
    let times = LeaseTimes()
    var candidates = (0..<3).map { _ in
      Candidate(skew: .seconds(Int.random(in: -600...600, using: &random)), sleepsUntil: now)
    }
    var stored: JSONValue?
    var version = 0
    var time = now
    var most = 0
    for _ in 0..<1000 {
      time = time + .milliseconds(Int.random(in: 50...900, using: &random))
      let index = Int.random(in: 0..<3, using: &random)
      if Int.random(in: 0..<60, using: &random) == 0 {
        candidates[index].sleepsUntil = time + .seconds(Int.random(in: 5...60, using: &random))
      }
      var candidate = candidates[index]
      guard candidate.sleepsUntil <= time else { continue }
      let local = time + candidate.skew
      candidate.observation = stored.map { .see($0, after: candidate.observation, at: local) }
      let decision = LeaseDecision.decide(
        lease: stored,
        observation: candidate.observation,
        key: key,
        identity: "c\(index)",
        times: times,
        now: local
      )
      switch decision {
      case .follow: candidate.leadsUntil = nil
      case .create(var object), .take(var object), .renew(var object):
        version += 1
        object.set(.string("\(version)"), at: "metadata", "resourceVersion")
        stored = object
        candidate.leadsUntil = local + times.renewDeadline
      }
      candidates[index] = candidate
      let leading = candidates.filter { candidate in
        candidate.leadsUntil.map { time + candidate.skew < $0 } ?? false
      }
      most = max(most, leading.count)
    }
    return most
  }
}
