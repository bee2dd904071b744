/// Why a run could not be finished.
struct ScaleError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// Looks every 20 ms until the condition holds; throws when the time is over.
func waitFor(_ what: String, _ limit: Duration, _ condition: () async throws -> Bool) async throws {
  let end = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < end else { throw ScaleError("waited \(limit) for \(what)") }
    try await Task.sleep(for: .milliseconds(20))
  }
}
