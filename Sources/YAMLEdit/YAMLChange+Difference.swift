package import Primitives

extension YAMLChange {
  /// The list of changes that turns one value into another, as small as its rules make it.
  ///
  /// Mappings are compared key by key. Lists of mappings that all have a `name` of their own are matched by it, when
  /// those in both keep their order; other lists item by item when they are equally long, else replaced as a whole.
  /// Applying the changes in order to `from` at `path` gives `to`.
  package static func changes(
    from old: JSONValue,
    to new: JSONValue,
    at path: [YAMLPathElement]
  ) -> [YAMLChange] {
    guard old != new else { return [] }
    switch (old, new) {
    case (.object(let before), .object(let after)): return fields(from: before, to: after, at: path)
    case (.array(let before), .array(let after)):
      if let changes = namedItems(from: before, to: after, at: path) { return changes }
      guard before.count == after.count else { return [.set(path, new)] }
      return before.indices.flatMap { changes(from: before[$0], to: after[$0], at: path + [.index($0)]) }
    default: return [.set(path, new)]
    }
  }

  private static func fields(
    from before: JSONFields,
    to after: JSONFields,
    at path: [YAMLPathElement]
  ) -> [YAMLChange] {
    var changes: [YAMLChange] = []
    for key in before.keys.sorted() {
      let place = path + [.key(key)]
      guard let old = before[key] else { continue }
      if let new = after[key] {
        changes += Self.changes(from: old, to: new, at: place)
      }
    }
    // Added before others go, so that a mapping whose keys are all replaced is never empty in between.
    for key in after.keys.sorted() where before[key] == nil {
      changes.append(.insert(path + [.key(key)], after[key] ?? .null))
    }
    for key in before.keys.sorted() where after[key] == nil { changes.append(.remove(path + [.key(key)])) }
    return changes
  }

  private static func namedItems(
    from before: [JSONValue],
    to after: [JSONValue],
    at path: [YAMLPathElement]
  ) -> [YAMLChange]? {
    guard let oldNames = names(of: before), let newNames = names(of: after) else { return nil }
    let kept = oldNames.filter(Set(newNames).contains)
    guard !kept.isEmpty, kept == newNames.filter(Set(oldNames).contains) else { return nil }
    var changes: [YAMLChange] = []
    for index in oldNames.indices.reversed() where !kept.contains(oldNames[index]) {
      changes.append(.remove(path + [.index(index)]))
    }
    var items = before.indices.filter { kept.contains(oldNames[$0]) }.map { before[$0] }
    for index in newNames.indices {
      if kept.contains(newNames[index]) {
        changes += Self.changes(from: items[index], to: after[index], at: path + [.index(index)])
      } else {
        items.insert(after[index], at: index)
        changes.append(.insert(path + [.index(index)], after[index]))
      }
    }
    return changes
  }

  /// The names of all items; nil unless each has one of its own.
  private static func names(of items: [JSONValue]) -> [String]? {
    let names = items.compactMap { $0["name"]?.string }
    return !names.isEmpty && names.count == items.count && Set(names).count == names.count ? names : nil
  }
}
