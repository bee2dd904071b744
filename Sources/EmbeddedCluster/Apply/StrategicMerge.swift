import KubeModel
import Primitives

/// Strategic merge patches: merge patches that know which lists are told apart by a key.
enum StrategicMerge {
  /// The object after the patch.
  ///
  /// - Throws: `APIError` 400 when a directive is unknown or an element lacks its key.
  static func apply(
    _ patch: JSONValue,
    to target: JSONValue,
    _ schema: Schema
  ) throws(APIError) -> JSONValue {
    guard case .object(var changes) = patch else { return patch }
    switch changes.removeValue(forKey: "$patch")?.string {
    case nil, "merge"?: break
    case "replace"?: return .object(changes)
    case "delete"?: return .object([:])
    case let directive?: throw .badRequest("Unknown patch type: \(directive)")
    }
    var fields = target.object ?? [:]
    if let kept = changes.removeValue(forKey: "$retainKeys")?.array?.compactMap(\.string) {
      fields = fields.filter { kept.contains($0.key) }
    }
    for (key, value) in changes where key.hasPrefix("$deleteFromPrimitiveList/") {
      let name = String(key.dropFirst("$deleteFromPrimitiveList/".count))
      let gone = value.array ?? []
      fields[name] = fields[name]?.array.map { .array($0.filter { !gone.contains($0) }) }
      changes[key] = nil
    }
    var orders: [String: [JSONValue]] = [:]
    for (key, value) in changes where key.hasPrefix("$setElementOrder/") {
      orders[String(key.dropFirst("$setElementOrder/".count))] = value.array ?? []
      changes[key] = nil
    }
    for (key, change) in changes {
      fields[key] = try merged(change, into: fields[key], schema.child(key) ?? .any)
    }
    for (key, order) in orders {
      guard let elements = fields[key]?.array, let child = schema.child(key) else { continue }
      fields[key] = .array(sort(elements, by: order, child))
    }
    return .object(fields)
  }

  private static func merged(
    _ change: JSONValue,
    into old: JSONValue?,
    _ schema: Schema
  ) throws(APIError) -> JSONValue? {
    switch (change, schema.shape) {
    case (.null, _): return nil
    case (.object, _): return try apply(change, to: old ?? .object([:]), schema)
    case (.array(let changes), .list(let element, .map(let keys))):
      guard let key = keys.first else { return change }
      return .array(try mergeElements(changes, into: old?.array ?? [], element, key))
    case (.array(let changes), .list(_, .set)):
      let before = old?.array ?? []
      return .array(before + changes.filter { !before.contains($0) })
    default: return change
    }
  }

  private static func mergeElements(
    _ changes: [JSONValue],
    into old: [JSONValue],
    _ schema: Schema,
    _ key: String
  ) throws(APIError) -> [JSONValue] {
    let replaces = changes.contains { $0["$patch"] == "replace" && $0.object?.count == 1 }
    var elements = replaces ? [] : old
    for change in changes {
      let directive = change["$patch"]?.string
      if directive == "replace", change.object?.count == 1 { continue }
      guard let identity = change[key] else {
        throw .badRequest("map: \(change.text()) does not contain declared merge key: \(key)")
      }
      let index = elements.firstIndex { $0[key] == identity }
      if directive == "delete" {
        elements.removeAll { $0[key] == identity }
      } else if let index {
        elements[index] = try apply(change, to: elements[index], schema)
      } else {
        elements.append(try apply(change, to: .object([:]), schema))
      }
    }
    return elements
  }

  /// Elements that the order names come in that order; the others keep their place after their predecessor.
  private static func sort(_ elements: [JSONValue], by order: [JSONValue], _ schema: Schema) -> [JSONValue] {
    var identity: (JSONValue) -> JSONValue = { $0 }
    if case .list(_, .map(let keys)) = schema.shape, let key = keys.first { identity = { $0[key] ?? .null } }
    let ranks = Dictionary(order.enumerated().map { (identity($0.element), $0.offset) }) { first, _ in first }
    let named = elements.filter { ranks[identity($0)] != nil }
      .sorted { ranks[identity($0)] ?? 0 < ranks[identity($1)] ?? 0 }
    var rest = named[...]
    return elements.map { element in
      guard ranks[identity(element)] != nil else { return element }
      return rest.popFirst() ?? element
    }
  }
}
