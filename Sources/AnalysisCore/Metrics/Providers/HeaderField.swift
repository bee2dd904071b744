import Primitives

/// A header of an HTTP request of a provider; the value may be a secret and is left out of descriptions.
package struct HeaderField: Sendable, Hashable, CustomStringConvertible {
  package let name: String
  package let value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  package var description: String { "\(name): *****" }

  static func list(_ json: JSONValue?) -> [HeaderField] {
    (json?.array ?? []).compactMap { field in
      field["key"]?.string.map { HeaderField(name: $0, value: scalarText(field["value"])) }
    }
  }
}
