/// The header fields of a request or response, in order; names compare without regard to case.
package struct HTTPHeaders: Sendable {
  /// Every field in the order in which it was sent, with the name as it was written.
  package private(set) var pairs: [(String, String)]

  package init(_ pairs: [(String, String)] = []) { self.pairs = pairs }

  /// The value of the first field of this name; nil when there is none.
  package subscript(name: String) -> String? {
    pairs.first { Self.same($0.0, name) }?.1
  }

  /// The values of all fields of this name, in order.
  package func values(of name: String) -> [String] {
    pairs.filter { Self.same($0.0, name) }.map(\.1)
  }

  /// Appends a field, keeping others of the same name.
  package mutating func add(_ name: String, _ value: String) { pairs.append((name, value)) }

  /// Replaces all fields of this name by one.
  package mutating func set(_ name: String, _ value: String) {
    pairs.removeAll { Self.same($0.0, name) }
    pairs.append((name, value))
  }

  /// Appends text to the last field: an obsolete folded line.
  mutating func extendLast(_ text: String) {
    guard let last = pairs.indices.last else { return }
    pairs[last].1 += " " + text
  }

  private static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8) { lowercase($0) == lowercase($1) }
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
}

extension HTTPHeaders: Equatable {
  /// Equal when the same fields, written the same, stand in the same order.
  package static func == (left: HTTPHeaders, right: HTTPHeaders) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0 == $1 }
  }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }
}
