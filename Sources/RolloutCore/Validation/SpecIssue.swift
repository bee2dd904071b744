import Primitives

/// Something in a spec that cannot be followed: where, and why, in the form of Kubernetes' own field errors.
package struct SpecIssue: Sendable, Hashable, CustomStringConvertible {
  /// Path in the object, such as `spec.strategy.canary.steps[1].setWeight`.
  package let path: String
  package let reason: String

  package init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String { "\(path): \(reason)" }

  static func invalid(_ path: String, _ value: JSONValue, _ detail: String) -> SpecIssue {
    SpecIssue(path, "Invalid value: \(value): \(detail)")
  }

  static func required(_ path: String, _ detail: String = "") -> SpecIssue {
    SpecIssue(path, detail.isEmpty ? "Required value" : "Required value: \(detail)")
  }

  static func forbidden(_ path: String, _ detail: String) -> SpecIssue {
    SpecIssue(path, "Forbidden: \(detail)")
  }

  static func duplicate(_ path: String, _ value: JSONValue) -> SpecIssue {
    SpecIssue(path, "Duplicate value: \(value)")
  }

  static func notFound(_ path: String, _ value: JSONValue) -> SpecIssue {
    SpecIssue(path, "Not found: \(value)")
  }

  static func unsupported(_ path: String, _ value: JSONValue, supported: [String]) -> SpecIssue {
    let values = supported.map { "\"\($0)\"" }.joined(separator: ", ")
    return SpecIssue(path, "Unsupported value: \(value): supported values: \(values)")
  }
}

extension JSONValue {
  /// The field of an object unless it is absent or null: what is set and what is not, as Argo Rollouts sees it.
  func given(_ key: String) -> JSONValue? {
    guard let value = self[key], !value.isNull else { return nil }
    return value
  }
}
