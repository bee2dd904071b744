/// Something in a spec that cannot be followed: where, and why.
package struct SpecIssue: Sendable, Hashable, CustomStringConvertible {
  /// Path in the object, such as `spec.strategy.canary.steps[1].setWeight`.
  package let path: String
  package let reason: String

  package init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String { "\(path): \(reason)" }
}
