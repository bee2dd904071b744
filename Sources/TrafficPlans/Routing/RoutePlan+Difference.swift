import Primitives

extension RoutePlan {
  /// The smallest change that makes the live object the wanted one; none when it is.
  static func change(_ address: RouteAddress, from live: JSONValue, to wanted: JSONValue) -> RoutePlan {
    guard let change = RouteChange.patch(address, from: live, to: wanted) else { return .unchanged }
    return .changes([change])
  }
}

extension RouteChange {
  /// A patch of the fields that differ, for the version of the object that it was planned from; nil when none does.
  static func patch(_ address: RouteAddress, from live: JSONValue, to wanted: JSONValue) -> RouteChange? {
    let operations = difference(live, wanted, at: "")
    guard !operations.isEmpty else { return nil }
    let version: JSONValue = live.at("metadata", "resourceVersion") ?? .null
    return .patch(
      address,
      .array([["op": "test", "path": "/metadata/resourceVersion", "value": version]] + operations)
    )
  }

  /// Lists of one length are compared element by element; of another length, they are written as a whole.
  private static func difference(_ old: JSONValue, _ new: JSONValue, at path: String) -> [JSONValue] {
    if old == new { return [] }
    if let before = old.object, let after = new.object {
      let gone = before.keys.filter { after[$0] == nil }
        .map { name -> JSONValue in ["op": "remove", "path": .string(path + token(name))] }
      return gone
        + after.flatMap { name, value -> [JSONValue] in
          guard let known = before[name] else {
            return [["op": "add", "path": .string(path + token(name)), "value": value]]
          }
          return difference(known, value, at: path + token(name))
        }
    }
    if let before = old.array, let after = new.array, before.count == after.count {
      return after.indices.flatMap { difference(before[$0], after[$0], at: "\(path)/\($0)") }
    }
    return [["op": "replace", "path": .string(path), "value": new]]
  }

  /// A field as a JSON pointer names it (RFC 6901).
  private static func token(_ name: String) -> String {
    name.reduce(into: "/") { token, character in
      switch character {
      case "~": token += "~0"
      case "/": token += "~1"
      default: token.append(character)
      }
    }
  }
}
