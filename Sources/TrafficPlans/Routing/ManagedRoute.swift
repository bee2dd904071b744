package import Primitives

/// A route that a step of a canary adds for some requests only, found again by its name (reference, section 1.5).
package struct ManagedRoute: Sendable, Hashable {
  /// What becomes of the requests that match.
  package enum Action: Sendable, Hashable {
    /// All of them go to the canary.
    case canary
    /// They go where all others go, and a copy of so many percent of them to the canary.
    case mirror(percent: Int)
  }

  package let name: String
  package let action: Action
  /// The matches as the step has them, for routers with words of their own.
  let given: [JSONValue]
  /// Matches as an HTTPRoute has them; a request fits when it fits one of them. None where an HTTPRoute has no words for
  /// what the step says.
  let matches: [JSONValue]

  /// `setHeaderRoute`: all headers must fit. Nil without a match, which removes the route.
  package init?(headerRoute: JSONValue) {
    given = headerRoute["match"]?.array ?? []
    let headers = given.compactMap { match in
      Self.value(match["headerValue"]).map { Self.header(match["headerName"]?.string ?? "", $0) }
    }
    guard let name = headerRoute["name"]?.string, !headers.isEmpty else { return nil }
    self.name = name
    action = .canary
    matches = [["headers": .array(headers)]]
  }

  /// `setMirrorRoute`. Nil without a match, which removes the route.
  package init?(mirrorRoute: JSONValue) {
    guard let name = mirrorRoute["name"]?.string, let given = mirrorRoute["match"]?.array, !given.isEmpty
    else { return nil }
    self.name = name
    self.given = given
    action = .mirror(percent: min(100, max(0, mirrorRoute["percentage"]?.int ?? 100)))
    // An HTTPRoute cannot match a method by prefix or pattern.
    let isSayable = given.allSatisfy { $0["method"] == nil || $0.at("method", "exact") != nil }
    matches =
      !isSayable
      ? []
      : given.map { match in
        var rule: JSONValue = .object([:])
        if let method = match.at("method", "exact") { rule["method"] = method }
        if let path = match["path"] { rule["path"] = Self.path(path) }
        let headers = (match["headers"]?.object ?? [:]).sorted { $0.key < $1.key }
          .compactMap { name, value in Self.value(value).map { Self.header(name, $0) } }
        if !headers.isEmpty { rule["headers"] = .array(headers) }
        return rule
      }
  }

  private enum Text {
    case exact(String)
    case prefix(String)
    case pattern(String)
  }

  private static func value(_ value: JSONValue?) -> Text? {
    if let text = value?["exact"]?.string { return .exact(text) }
    if let text = value?["prefix"]?.string { return .prefix(text) }
    return value?["regex"]?.string.map { .pattern($0) }
  }

  /// A header that begins with a text has to be said as a pattern.
  private static func header(_ name: String, _ value: Text) -> JSONValue {
    let (type, text) =
      switch value {
      case .exact(let text): ("Exact", text)
      case .prefix(let text): ("RegularExpression", "^\(escaped(text)).*")
      case .pattern(let text): ("RegularExpression", text)
      }
    return ["type": .string(type), "name": .string(name), "value": .string(text)]
  }

  private static func path(_ path: JSONValue) -> JSONValue {
    let (type, text) =
      switch value(path) {
      case .exact(let text): ("Exact", text)
      case .prefix(let text): ("PathPrefix", text)
      case .pattern(let text): ("RegularExpression", text)
      case nil: ("PathPrefix", "/")
      }
    return ["type": .string(type), "value": .string(text)]
  }

  private static func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
      if #"\^$.|?*+()[]{}"#.contains(character) { result.append("\\") }
      result.append(character)
    }
  }
}
