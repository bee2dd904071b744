package import Primitives

/// One change to a document. A list of changes is applied in order: each path counts in the result of those before.
package enum YAMLChange: Sendable, Hashable {
  /// Replaces the value at a path that exists; an empty path replaces the document.
  case set([YAMLPathElement], JSONValue)
  /// Removes a key or a list item.
  case remove([YAMLPathElement])
  /// Adds a key that is not there yet, at the end of its mapping, or a list item before the one that has the index now
  /// (the count appends).
  case insert([YAMLPathElement], JSONValue)

  /// The place that the change is about.
  package var path: [YAMLPathElement] {
    switch self {
    case .set(let path, _), .remove(let path), .insert(let path, _): path
    }
  }
}

extension YAMLChange {
  /// The value after the change; what the editor proves its work against.
  package func applied(to value: JSONValue) throws(YAMLEditError) -> JSONValue {
    try Self.apply(self, path[...], to: value)
  }

  private static func apply(
    _ change: YAMLChange,
    _ rest: ArraySlice<YAMLPathElement>,
    to value: JSONValue
  ) throws(YAMLEditError) -> JSONValue {
    guard let element = rest.first else {
      guard case .set(_, let new) = change else { throw change.notFound("the document itself stays") }
      return new
    }
    let isLast = rest.count == 1
    switch element {
    case .key(let key):
      guard var fields = value.object else {
        throw change.notFound("`\(key.onOneLine)` is looked for in no mapping")
      }
      switch change {
      case .insert(_, let new) where isLast:
        guard fields[key] == nil else {
          throw YAMLEditError(.pathExists, "cannot insert \(change.path.pathText): it exists", line: nil)
        }
        fields[key] = new
      case _ where fields[key] == nil: throw change.notFound("there is no `\(key.onOneLine)`")
      case .remove where isLast: fields[key] = nil
      default: fields[key] = try apply(change, rest.dropFirst(), to: fields[key] ?? .null)
      }
      return .object(fields)
    case .index(let index):
      guard var elements = value.array else { throw change.notFound("[\(index)] is looked for in no list") }
      switch change {
      case .insert(_, let new) where isLast && (0...elements.count).contains(index):
        elements.insert(new, at: index)
      case _ where !elements.indices.contains(index):
        throw change.notFound("the list has \(elements.count) items, none is [\(index)]")
      case .remove where isLast: elements.remove(at: index)
      default: elements[index] = try apply(change, rest.dropFirst(), to: elements[index])
      }
      return .array(elements)
    }
  }

  private func notFound(_ why: String) -> YAMLEditError {
    YAMLEditError(.pathNotFound, "cannot \(verb) \(path.pathText): \(why)", line: nil)
  }

  /// What the change does, for messages.
  var verb: String {
    switch self {
    case .set: "set"
    case .remove: "remove"
    case .insert: "insert"
    }
  }
}
