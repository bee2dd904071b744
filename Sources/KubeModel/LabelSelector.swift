package import Primitives

/// A label selector: what it asks of a set of labels.
package struct LabelSelector: Sendable, Hashable {
  /// One requirement on one key.
  package enum Requirement: Sendable, Hashable {
    case equals(String, String)
    case isIn(String, [String])
    case notIn(String, [String])
    case exists(String)
    case doesNotExist(String)
  }

  package var requirements: [Requirement]

  package init(_ requirements: [Requirement]) { self.requirements = requirements }

  package init(matchLabels: [String: String]) {
    requirements = matchLabels.sorted { $0.key < $1.key }.map { .equals($0.key, $0.value) }
  }

  /// Decodes `matchLabels` and `matchExpressions`; nil when an expression's operator is unknown. An empty selector
  /// matches everything.
  package init?(_ value: JSONValue) {
    self.init(matchLabels: value["matchLabels"]?.strings ?? [:])
    for expression in value["matchExpressions"]?.array ?? [] {
      guard let key = expression["key"]?.string else { return nil }
      let values = (expression["values"]?.array ?? []).compactMap(\.string)
      switch expression["operator"]?.string {
      case "In": requirements.append(.isIn(key, values))
      case "NotIn": requirements.append(.notIn(key, values))
      case "Exists": requirements.append(.exists(key))
      case "DoesNotExist": requirements.append(.doesNotExist(key))
      default: return nil
      }
    }
  }

  /// Whether the labels satisfy every requirement.
  package func matches(_ labels: [String: String]) -> Bool {
    requirements.allSatisfy { requirement in
      switch requirement {
      case .equals(let key, let value): labels[key] == value
      case .isIn(let key, let values): labels[key].map(values.contains) ?? false
      case .notIn(let key, let values): labels[key].map { !values.contains($0) } ?? true
      case .exists(let key): labels[key] != nil
      case .doesNotExist(let key): labels[key] == nil
      }
    }
  }

  /// The form of a `labelSelector` query: `app=shop,tier in (a,b),!legacy`.
  package var queryText: String {
    requirements.map { requirement in
      switch requirement {
      case .equals(let key, let value): "\(key)=\(value)"
      case .isIn(let key, let values): "\(key) in (\(values.joined(separator: ",")))"
      case .notIn(let key, let values): "\(key) notin (\(values.joined(separator: ",")))"
      case .exists(let key): key
      case .doesNotExist(let key): "!\(key)"
      }
    }.joined(separator: ",")
  }
}
