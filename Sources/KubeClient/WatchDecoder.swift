package import Primitives

/// Cuts a byte stream into lines and decodes each as a ``WatchEvent``, wherever the chunks are cut.
package struct WatchDecoder: Sendable {
  /// Why the stream makes no sense any more; the watch must be opened again.
  package enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    case notJSON(JSONError)
    case notAnEvent(String)
    /// A line longer than the limit of bytes.
    case lineTooLong(Int)
    /// The stream ended in the middle of a line.
    case cutOff

    package var description: String {
      switch self {
      case .notJSON(let error): "a line of the watch is \(error)"
      case .notAnEvent(let type): "a line of the watch is no event but \(type)"
      case .lineTooLong(let limit): "a line of the watch is longer than \(limit) bytes"
      case .cutOff: "the watch was cut off within an event"
      }
    }

    package static func == (left: Failure, right: Failure) -> Bool { left.description == right.description }

    package func hash(into hasher: inout Hasher) { hasher.combine(description) }
  }

  private let limit: Int
  private var line: [UInt8] = []
  /// Complete lines not decoded yet are decoded at once, so the events wait here instead.
  private var events: [WatchEvent] = []
  private var taken = 0

  /// A decoder that refuses lines of more than the limit of bytes.
  package init(limit: Int = 16 << 20) { self.limit = limit }

  /// Takes the next bytes of the stream in.
  package mutating func append(_ chunk: [UInt8]) throws(Failure) {
    var rest = chunk[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      line += rest[..<end]
      rest = rest[(end + 1)...]
      try finishLine()
    }
    line += rest
    guard line.count <= limit else { throw .lineTooLong(limit) }
  }

  /// The next complete event, in order; nil when more bytes are needed.
  package mutating func next() -> WatchEvent? {
    guard taken < events.count else { return nil }
    defer {
      taken += 1
      if taken == events.count {
        events.removeAll(keepingCapacity: true)
        taken = 0
      }
    }
    return events[taken]
  }

  /// Says that the stream has ended: a last line without a line break counts when it is whole.
  package mutating func end() throws(Failure) {
    guard !line.allSatisfy(Self.isBlank) else { return }
    do throws(Failure) { try finishLine() } catch { throw .cutOff }
  }

  private mutating func finishLine() throws(Failure) {
    defer { line.removeAll(keepingCapacity: line.capacity <= 1 << 20) }
    guard line.count <= limit else { throw .lineTooLong(limit) }
    guard !line.allSatisfy(Self.isBlank) else { return }
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: line, leavingOut: .managedFields) } catch {
      throw .notJSON(error)
    }
    guard let event = WatchEvent(value) else {
      throw .notAnEvent(value["type"]?.string ?? "a line without a type")
    }
    events.append(event)
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0D || byte == 0x09 }
}
