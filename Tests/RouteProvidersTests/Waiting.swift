import Testing

/// A condition that did not come true in time.
struct Overdue: Error, CustomStringConvertible {
  let description: String
}

/// Waits until the body answers a value, asking every so often; a body that throws is asked again.
///
/// - Throws: `Overdue` with `what`, and what the body said last, when the time is over.
@discardableResult
func waitFor<Value>(
  _ what: String,
  within limit: Duration = .seconds(60),
  _ body: () async throws -> Value?
) async throws -> Value {
  let deadline = ContinuousClock.now + limit
  while true {
    var trouble = ""
    do { if let value = try await body() { return value } } catch { trouble = " (\(error))" }
    guard ContinuousClock.now < deadline else {
      throw Overdue(description: "waited \(limit) for \(what)\(trouble)")
    }
    try await Task.sleep(for: .milliseconds(20))
  }
}
