/// Runs the body for at most the given time: its result, or nil when the time was over, after cancelling it.
///
/// A body that ignores its cancellation delays the answer.
func withDeadline<Result: Sendable>(
  _ limit: Duration,
  _ body: @escaping @Sendable () async -> Result
) async -> Result? {
  await withTaskGroup(of: Result?.self) { group in
    group.addTask { await body() }
    group.addTask {
      // Cancellation means that the body came first, or that nobody waits any more.
      do { try await Task.sleep(for: limit) } catch {}
      return nil
    }
    defer { group.cancelAll() }
    return await group.next() ?? nil
  }
}
