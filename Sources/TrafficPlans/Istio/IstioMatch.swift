import Primitives

/// Matches of http routes that hold at once.
enum IstioMatch {
  enum Narrowed {
    case some(JSONValue)
    /// No request fits both.
    case never
    /// Istio has no words for what fits both in that field.
    case unknown(String)
  }

  /// What fits one match and another one of methods, paths and headers.
  static func narrowed(_ match: JSONValue, by other: JSONValue) -> Narrowed {
    var both = match
    for field in ["method", "uri"] {
      guard let text = other[field] else { continue }
      switch meet(match[field], text, field) {
      case .some(let value): both[field] = value
      case let end: return end
      }
    }
    for (name, text) in other["headers"]?.object ?? [:] {
      switch meet(match.at("headers", name), text, "header \(name)") {
      case .some(let value): both.set(value, at: "headers", name)
      case let end: return end
      }
    }
    return .some(both)
  }

  /// Texts that are given as a whole, by their beginning, or by a pattern.
  private static func meet(_ one: JSONValue?, _ other: JSONValue, _ field: String) -> Narrowed {
    guard let one, one != other else { return .some(other) }
    switch (one["exact"]?.string, one["prefix"]?.string, other["exact"]?.string, other["prefix"]?.string) {
    case (_?, _, _?, _): return .never
    case (let text?, _, _, let start?): return text.hasPrefix(start) ? .some(one) : .never
    case (_, let start?, let text?, _): return text.hasPrefix(start) ? .some(other) : .never
    case (_, let start?, _, let other?) where other.hasPrefix(start): return .some(["prefix": .string(other)])
    case (_, let start?, _, let other?): return start.hasPrefix(other) ? .some(one) : .never
    default: return .unknown(field)
    }
  }
}
