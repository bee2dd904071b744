import KubeModel
import Primitives
import Testing

@testable import GitOpsCore

@Suite struct SerinLockTests {
  @Test func keepsTheLastTwentyOfTwentyOneDecisions() throws {
    var lock = SerinLock()
    for revision in 1...21 {
      let decision = Samples.decision(.promote, revision: revision)
      guard
        case .record(let next, .unchanged(reason: nil)) = decide(
          decision,
          tip: TipState(lock: lock, tip: nil)
        )
      else {
        Issue.record("revision \(revision) was not recorded")
        return
      }
      lock = next
    }
    let parsed = try #require(SerinLock(JSONValue(parsing: lock.json.text())))
    #expect(parsed == lock)
    #expect(parsed.rollouts == [Samples.shopWeb])
    #expect(parsed[Samples.shopWeb].decisionIDs.count == 20)
    #expect(parsed[Samples.shopWeb].decisionIDs.first == "0c6f1b52-r2-promote")
    #expect(parsed[Samples.shopWeb].stable?.revision == 21)
  }

  @Test func keepsFieldsItDoesNotKnow() throws {
    var json = SerinLock().json
    json["future"] = ["x": 1]
    json.set(["pinned": true, "stable": ["note": "kept", "revision": 1]], at: "rollouts", "shop/web")
    json.set(["a": 1], at: "rollouts", "shop/other")
    let lock = try #require(SerinLock(json))
    guard case .record(let next, _) = decide(Samples.decision(.promote), tip: TipState(lock: lock, tip: nil))
    else {
      Issue.record("not recorded")
      return
    }
    #expect(next.json.at("future", "x") == 1)
    #expect(next.json.at("rollouts", "shop/web", "pinned") == true)
    #expect(next.json.at("rollouts", "shop/web", "stable", "note") == "kept")
    #expect(next.json.at("rollouts", "shop/web", "stable", "revision") == 3)
    #expect(next.json.at("rollouts", "shop/other") == ["a": 1])
  }

  @Test(
    arguments: [.null, ["kind": "Lock"], ["kind": "Rollout", "apiVersion": "serin.dev/v1alpha1"]]
      as [JSONValue]
  )
  func isNothingElse(json: JSONValue) { #expect(SerinLock(json) == nil) }

  @Test func readsAReleaseInFlightAndClearsItWithItsDecision() {
    var lock = SerinLock()
    let inFlight = LockRecord.InFlight(
      podTemplateHash: "canary3",
      sourceCommit: Samples.commit("3"),
      step: "2/6",
      since: Samples.noon
    )
    lock[Samples.shopWeb].inFlight = inFlight
    #expect(lock[Samples.shopWeb].inFlight == inFlight)
    guard case .record(let next, _) = decide(Samples.decision(.abort), tip: TipState(lock: lock, tip: nil))
    else {
      Issue.record("not recorded")
      return
    }
    #expect(next[Samples.shopWeb].inFlight == nil)
  }
}
