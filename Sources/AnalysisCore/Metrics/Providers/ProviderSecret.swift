import Primitives

/// A Secret that a provider reads by itself: its credentials, which no manifest names key by key.
package struct ProviderSecret: Sendable, Hashable {
  /// Whose namespace the Secret is in.
  package enum Place: Sendable, Hashable {
    /// The controller's: all teams share it.
    case controller
    /// The AnalysisRun's.
    case run
  }

  package let place: Place
  package let name: String
  /// The keys whose values must not be seen; the others are addresses and names.
  package let confidentialKeys: [String]

  package init(place: Place, name: String, confidentialKeys: [String]) {
    self.place = place
    self.name = name
    self.confidentialKeys = confidentialKeys
  }
}

/// What is wrong with a provider's fields, by a path below the provider's own.
struct ProviderIssue: Sendable, Hashable {
  let field: String
  let reason: String

  init(_ field: String, _ reason: String) {
    self.field = field
    self.reason = reason
  }

  /// Says that a text is needed where there is none.
  static func missing(_ field: String, _ text: String, _ what: String) -> [ProviderIssue] {
    text.isEmpty ? [ProviderIssue(field, "\(what) is needed")] : []
  }

  /// Says that a text is no positive Go duration; an empty one has a default, and `0` may stand for an argument.
  static func duration(_ field: String, _ text: String) -> [ProviderIssue] {
    if text.isEmpty || text == "0" { return [] }
    guard let duration = Duration(go: text) else {
      return [ProviderIssue(field, "invalid \(field) string: \(text)")]
    }
    return duration > .zero ? [] : [ProviderIssue(field, "\(field) must be greater than zero")]
  }
}
