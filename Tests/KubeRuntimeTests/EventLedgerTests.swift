import KubeModel
import KubeRuntime
import Primitives
import Testing

@Suite struct EventLedgerTests {
  private let now = Instant(secondsSinceEpoch: 1_800_000_000)

  private func note(_ message: String, namespace: String = "shop") -> EventNote {
    let object: JSONValue = [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["namespace": .string(namespace), "name": "web", "uid": "u"],
    ]
    return EventNote(regarding: object, .warning, reason: "RolloutAborted", message: message)
  }

  @Test func makesAnEventThatDescribeFinds() throws {
    var ledger = EventLedger(component: "serin")
    guard case .create(let event) = ledger.write(note("it failed"), at: now) else {
      Issue.record("not created")
      return
    }
    #expect(event.namespace == "shop")
    #expect(event.name.hasPrefix("web."))
    let reference: JSONValue = [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "namespace": "shop", "name": "web", "uid": "u",
    ]
    #expect(event["involvedObject"] == reference)
    #expect(event["type"] == "Warning")
    #expect(event["count"] == 1)
    #expect(event["firstTimestamp"] == .string(now.rfc3339))
    #expect(event.at("source", "component") == "serin")
  }

  @Test func raisesTheCountOfALikeEventWithinTheWindow() {
    var ledger = EventLedger(component: "serin")
    guard case .create(let event) = ledger.write(note("a"), times: 2, at: now) else { return }
    let later = now + .seconds(100)
    #expect(
      ledger.write(note("a"), times: 3, at: later)
        == .patch(ObjectKey(event), ["count": 5, "lastTimestamp": .string(later.rfc3339)])
    )
    guard case .create(let other) = ledger.write(note("b"), at: later) else {
      Issue.record("another message is another event")
      return
    }
    #expect(other.name != event.name)
  }

  @Test func namesEventsOfOneMomentInTheirOrder() {
    var ledger = EventLedger(component: "serin")
    let moments = [now, now, now + .milliseconds(1), now + .seconds(-1)]
    let names = moments.enumerated().compactMap { index, moment -> String? in
      guard case .create(let event) = ledger.write(note("\(index)"), at: moment) else { return nil }
      return event.name
    }
    #expect(names.count == 4 && names == names.sorted())
  }

  @Test func makesANewEventAfterTheWindowOrWhenTheOldOneIsGone() {
    var ledger = EventLedger(component: "serin")
    _ = ledger.write(note("a"), at: now)
    guard case .create = ledger.write(note("a"), at: now + EventLedger.window) else {
      Issue.record("the window has no end")
      return
    }
    ledger.forget(note("a"))
    guard case .create = ledger.write(note("a"), at: now + EventLedger.window) else {
      Issue.record("not forgotten")
      return
    }
  }

  @Test func remembersABoundedNumberOfNotes() {
    var ledger = EventLedger(component: "serin", limit: 16)
    for index in 0..<100 { _ = ledger.write(note("\(index)"), at: now + .seconds(index)) }
    #expect(ledger.count <= 16)
    guard case .patch = ledger.write(note("99"), at: now + .seconds(100)) else {
      Issue.record("the newest was forgotten")
      return
    }
  }

  @Test func cutsALongMessageAndPutsClusterScopedObjectsInDefault() {
    var ledger = EventLedger(component: "serin")
    let long = String(repeating: "é", count: 2000)
    guard case .create(let event) = ledger.write(note(long, namespace: ""), at: now) else { return }
    #expect((event["message"]?.string ?? "").utf8.count <= 1024)
    #expect(event.namespace == "default")
  }
}
