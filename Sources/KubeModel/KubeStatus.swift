package import Primitives

/// A `Status` body with which the API server refuses a request.
package struct KubeStatus: Sendable, Hashable, CustomStringConvertible {
  /// HTTP status code.
  package let code: Int
  /// Machine-readable reason: `NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Expired`, …
  package let reason: String
  package let message: String

  package init(code: Int, reason: String, message: String) {
    self.code = code
    self.reason = reason
    self.message = message
  }

  /// Reads a `Status` object; nil when it is of another kind.
  package init?(_ value: JSONValue) {
    guard value.kind == "Status" else { return nil }
    self.init(
      code: value["code"]?.int ?? 0,
      reason: value["reason"]?.string ?? "",
      message: value["message"]?.string ?? ""
    )
  }

  package var description: String { "\(message) (\(code) \(reason))" }
}
