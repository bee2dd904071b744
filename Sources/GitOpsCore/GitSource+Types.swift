import Primitives

extension GitSource {
  /// The fields whose values are of a kind that cannot be meant; such a value would pass for an absent one, and a
  /// `prune: "false"` for a `prune: true`.
  ///
  /// - Parameter spec: The spec of a GitSource, any value.
  /// - Returns: An issue for each such field, outermost first.
  static func typeIssues(in spec: JSONValue) -> [GitSourceIssue] {
    guard spec.isNull || spec.object != nil else {
      return [GitSourceIssue(path: "spec", reason: "must be an object")]
    }
    return fieldTypes.compactMap { path, type in
      var value = spec
      for name in path { value = value[name] ?? .null }
      guard !value.isNull, !type.matches(value) else { return nil }
      return GitSourceIssue(
        path: "spec.\(path.joined(separator: "."))",
        reason: "must be \(type.rawValue), not \(value)"
      )
    }
  }

  private enum FieldType: String {
    case string = "a string"
    case object = "an object"
    case bool = "true or false"

    func matches(_ value: JSONValue) -> Bool {
      switch self {
      case .string: value.string != nil
      case .object: value.object != nil
      case .bool: value.bool != nil
      }
    }
  }

  private static let fieldTypes: [([String], FieldType)] = [
    (["url"], .string), (["branch"], .string), (["path"], .string),
    (["auth"], .object), (["auth", "secretRef"], .object), (["auth", "secretRef", "name"], .string),
    (["sync"], .object), (["sync", "prune"], .bool), (["sync", "selfHeal"], .bool),
    (["writeBack"], .object), (["writeBack", "mode"], .string),
    (["writeBack", "auth"], .object), (["writeBack", "auth", "secretRef"], .object),
    (["writeBack", "auth", "secretRef", "name"], .string),
    (["writeBack", "author"], .object), (["writeBack", "author", "name"], .string),
    (["writeBack", "author", "email"], .string),
  ]
}
