package import Primitives

/// JSON merge patches (RFC 7386).
package enum MergePatch {
  /// The object after the patch: nulls remove, objects merge, everything else replaces.
  package static func apply(_ patch: JSONValue, to target: JSONValue?) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var fields = target?.object ?? [:]
    for (key, change) in changes {
      fields[key] = change.isNull ? nil : apply(change, to: fields[key])
    }
    return .object(fields)
  }

  /// The smallest patch that turns one object into another; nil when they are equal.
  ///
  /// A field that is null in the new object counts as absent, since a merge patch cannot say null.
  package static func difference(from old: JSONValue, to new: JSONValue) -> JSONValue? {
    guard case .object(let before) = old, case .object(let after) = new else { return old == new ? nil : new }
    var changes: JSONFields = [:]
    for (key, value) in before where !value.isNull && after[key]?.isNull ?? true { changes[key] = .null }
    for (key, value) in after where !value.isNull {
      guard let previous = before[key] else {
        changes[key] = value
        continue
      }
      if let change = difference(from: previous, to: value) { changes[key] = change }
    }
    return changes.isEmpty ? nil : .object(changes)
  }
}
