package import Primitives

/// Why a JSON patch could not be applied.
package struct JSONPatchError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String
  /// Whether a `test` operation failed, which the API answers otherwise than a malformed patch.
  package let isFailedTest: Bool

  package init(_ description: String, isFailedTest: Bool = false) {
    self.description = description
    self.isFailedTest = isFailedTest
  }
}

/// JSON patches (RFC 6902): add, remove, replace, move, copy, test.
package enum JSONPatch {
  /// The document after all operations in order; on an error nothing is changed.
  package static func apply(_ patch: JSONValue, to document: JSONValue) throws(JSONPatchError) -> JSONValue {
    guard let operations = patch.array else { throw JSONPatchError("a JSON patch must be an array") }
    var result = document
    for operation in operations { try apply(operation: operation, to: &result) }
    return result
  }

  private static func apply(operation: JSONValue, to document: inout JSONValue) throws(JSONPatchError) {
    let path = try pointer(operation["path"])
    switch operation["op"]?.string {
    case "add": document = try edit(document, path[...], .add(try value(of: operation)))
    case "replace": document = try edit(document, path[...], .replace(try value(of: operation)))
    case "remove": document = try edit(document, path[...], .remove)
    case "test":
      guard read(document, path[...]) ?? .null == (try value(of: operation)) else {
        throw JSONPatchError("testing path /\(path.joined(separator: "/")) value failed", isFailedTest: true)
      }
    case "move", "copy":
      let from = try pointer(operation["from"])
      guard let moved = read(document, from[...]) else { throw missing(from) }
      if operation["op"]?.string == "move" { document = try edit(document, from[...], .remove) }
      document = try edit(document, path[...], .add(moved))
    default: throw JSONPatchError("unknown operation \(operation["op"] ?? .null)")
    }
  }

  private static func value(of operation: JSONValue) throws(JSONPatchError) -> JSONValue {
    guard let value = operation["value"] else { throw JSONPatchError("an operation without a value") }
    return value
  }

  private static func missing(_ path: some Sequence<String>) -> JSONPatchError {
    JSONPatchError("the path /\(path.joined(separator: "/")) does not exist")
  }

  private static func pointer(_ value: JSONValue?) throws(JSONPatchError) -> [String] {
    guard let text = value?.string, text.isEmpty || text.hasPrefix("/") else {
      throw JSONPatchError("a path must be a string that begins with a slash")
    }
    return text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(unescape)
  }

  private static func unescape(_ token: Substring) -> String {
    var text = ""
    var rest = token
    while let character = rest.popFirst() {
      guard character == "~", let next = rest.first, next == "0" || next == "1" else {
        text.append(character)
        continue
      }
      rest.removeFirst()
      text.append(next == "0" ? "~" : "/")
    }
    return text
  }

  private static func read(_ document: JSONValue, _ path: ArraySlice<String>) -> JSONValue? {
    guard let token = path.first else { return document }
    let child = document.array == nil ? document[token] : Int(token).flatMap { document[$0] }
    return child.flatMap { read($0, path.dropFirst()) }
  }

  private enum Change {
    case add(JSONValue)
    case replace(JSONValue)
    case remove
  }

  private static func edit(
    _ document: JSONValue,
    _ path: ArraySlice<String>,
    _ change: Change
  ) throws(JSONPatchError) -> JSONValue {
    guard let token = path.first else {
      switch change {
      case .add(let value), .replace(let value): return value
      case .remove: throw JSONPatchError("the whole document cannot be removed")
      }
    }
    switch document {
    case .object(var fields):
      if path.count == 1 {
        if case .add = change {} else if fields[token] == nil { throw missing(path) }
        fields[token] = try result(of: change)
      } else {
        guard let child = fields[token] else { throw missing(path) }
        fields[token] = try edit(child, path.dropFirst(), change)
      }
      return .object(fields)
    case .array(let elements):
      return .array(try edit(elements, token, path, change))
    default: throw missing(path)
    }
  }

  private static func result(of change: Change) throws(JSONPatchError) -> JSONValue? {
    switch change {
    case .add(let value), .replace(let value): value
    case .remove: nil
    }
  }

  private static func edit(
    _ elements: [JSONValue],
    _ token: String,
    _ path: ArraySlice<String>,
    _ change: Change
  ) throws(JSONPatchError) -> [JSONValue] {
    var elements = elements
    if path.count == 1, case .add(let value) = change {
      let index = token == "-" ? elements.count : Int(token)
      guard let index, (0...elements.count).contains(index) else { throw missing(path) }
      elements.insert(value, at: index)
      return elements
    }
    guard let index = Int(token), elements.indices.contains(index) else { throw missing(path) }
    guard path.count == 1 else {
      elements[index] = try edit(elements[index], path.dropFirst(), change)
      return elements
    }
    switch change {
    case .add(let value), .replace(let value): elements[index] = value
    case .remove: elements.remove(at: index)
    }
    return elements
  }
}
