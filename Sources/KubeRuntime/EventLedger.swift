package import KubeModel
package import Primitives

/// Turns notes into writes: a note like one of the last minutes raises its count instead of making a new event. Pure.
package struct EventLedger: Sendable {
  /// What to write for a note.
  package enum Write: Sendable, Hashable {
    case create(JSONValue)
    /// A merge patch of the event of this key.
    case patch(ObjectKey, JSONValue)
  }

  private struct Entry: Sendable {
    let key: ObjectKey
    let first: Instant
    var last: Instant
    var count: Int
  }

  /// How long after its last note an event is raised instead of made anew.
  package static let window = Duration.seconds(600)

  private let component: String
  private let limit: Int
  private var entries: [EventNote: Entry] = [:]
  /// The number in the name of the event that was made last.
  private var lastNumber: UInt64 = 0

  /// A ledger that remembers at most `limit` different notes; beyond that it forgets the oldest.
  package init(component: String, limit: Int = 512) {
    self.component = component
    self.limit = limit
  }

  /// How many different notes are remembered.
  package var count: Int { entries.count }

  /// The write for a note that happened `times` times since the last write.
  package mutating func write(_ note: EventNote, times: Int = 1, at now: Instant) -> Write {
    if var entry = entries[note], now - entry.last < Self.window {
      entry.count += times
      entry.last = now
      entries[note] = entry
      return .patch(entry.key, ["count": JSONValue(entry.count), "lastTimestamp": .string(now.rfc3339)])
    }
    if entries[note] == nil, entries.count >= limit { forgetOldest() }
    let key = ObjectKey(namespace: note.namespace, name: name(of: note, at: now))
    entries[note] = Entry(key: key, first: now, last: now, count: times)
    return .create(event(note, key, times: times, at: now))
  }

  /// Forgets a note whose event the server no longer has, so that the next write makes a new one.
  package mutating func forget(_ note: EventNote) { entries[note] = nil }

  private mutating func forgetOldest() {
    // A quarter at once, so that a full ledger does not sort at every note.
    let oldest = entries.sorted { $0.value.last < $1.value.last }.prefix(max(1, limit / 4))
    for (note, _) in oldest { entries[note] = nil }
  }

  private func event(_ note: EventNote, _ key: ObjectKey, times: Int, at now: Instant) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Event",
      "metadata": ["namespace": .string(key.namespace), "name": .string(key.name)],
      "involvedObject": note.regarding, "type": .string(note.severity.rawValue),
      "reason": .string(note.reason), "message": .string(note.message),
      "source": ["component": .string(component)], "reportingComponent": .string(component),
      "reportingInstance": "", "count": JSONValue(times),
      "firstTimestamp": .string(now.rfc3339), "lastTimestamp": .string(now.rfc3339),
    ]
  }

  /// The object's name and the moment in nanoseconds, as client-go names its events.
  ///
  /// The numbers only rise: events of one second, which their times cannot tell apart, are listed in their order.
  private mutating func name(of note: EventNote, at now: Instant) -> String {
    lastNumber = max(lastNumber + 1, UInt64(max(0, now.nanosecondsSinceEpoch)))
    return note.name.prefix(230) + "." + String(lastNumber, radix: 16)
  }
}
