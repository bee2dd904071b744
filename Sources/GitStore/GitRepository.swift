import Primitives

/// A bare mirror of one remote repository, read and written without a checkout and without a child process.
///
/// All work runs on a thread of its own, one operation at a time and in order; callers only wait. Every call has a
/// deadline and can be cancelled: at either end the sockets are shut down, which normally ends the call inside libgit2
/// at once. Should it stay inside (name resolution cannot be interrupted), the caller gets `timedOut` all the same, and
/// until that call has returned the mirror refuses further work with `busy`.
///
/// The folder is created when absent and made anew when damaged; two repositories must not share one. Messages of
/// errors hold no credentials. Nothing is ever forced.
package final class GitRepository: Sendable {
  /// Where the mirror is on disk.
  package let directory: String
  /// What it mirrors.
  package let remote: GitRemote

  private let thread: Locked<GitThread?>
  /// The operation that the thread is in, so that later ones can tell whether it is stuck.
  private let current = Locked<Operation?>(nil)

  /// Touches neither disk nor network; the first operation opens or creates the mirror.
  package init(directory: String, remote: GitRemote) {
    self.directory = directory
    self.remote = remote
    thread = Locked(GitThread.start(directory: directory, remote: remote))
  }

  deinit { thread.withLock { $0?.stop() } }

  /// Ends the mirror's thread after the operations that are queued, and waits for that; later calls fail.
  package func close() async {
    let thread = thread.withLock { thread -> GitThread? in
      defer { thread = nil }
      return thread
    }
    guard let thread else { return }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      if !thread.submit({ mirror in
        mirror.release()
        continuation.resume()
      }) {
        continuation.resume()
      }
      thread.stop()
    }
  }

  /// Runs the body on the mirror's thread and waits for it until the deadline.
  func perform<T: Sendable>(
    _ doing: String,
    within deadline: Duration,
    _ body: @escaping @Sendable (Mirror, Operation) throws(GitError) -> T
  ) async throws(GitError) -> T {
    let operation = Operation()
    let outcome = Outcome<T>()
    let isQueued = thread.withLock { thread in
      thread?.submit { [current] mirror in
        current.withLock { $0 = operation }
        defer { current.withLock { $0 = nil } }
        outcome.finish(Self.result(mirror, operation, body))
      }
    }
    guard let isQueued else {
      throw .other("\(doing): the mirror in \(directory) is closed or its thread did not start")
    }
    guard isQueued else { throw .other("\(doing): the mirror in \(directory) is closed") }
    let result = await withTaskGroup(of: Result<T, GitError>?.self) { group in
      group.addTask { await outcome.value() }
      group.addTask {
        await self.watch(doing, operation, until: deadline) { outcome.finish(.failure($0)) }
        return nil
      }
      var result: Result<T, GitError>?
      for await answer in group {
        guard let answer else { continue }
        result = answer
        group.cancelAll()
      }
      return result
    }
    guard let result else { throw .other("\(doing): no answer") }
    return try result.get()
  }

  private static func result<T: Sendable>(
    _ mirror: Mirror,
    _ operation: Operation,
    _ body: (Mirror, Operation) throws(GitError) -> T
  ) -> Result<T, GitError> {
    do throws(GitError) {
      operation.start()
      try operation.checkpoint()
      return .success(try mirror.noticingDamage { () throws(GitError) in try body(mirror, operation) })
    } catch {
      return .failure(error)
    }
  }

  /// How long libgit2 may take to let go of a stopped operation before the caller is told without it.
  private static let grace = Duration.milliseconds(250)

  /// Stops the operation at the deadline or when the caller is cancelled, and answers for it when it stays stuck.
  private func watch(
    _ doing: String,
    _ operation: Operation,
    until deadline: Duration,
    answer: @Sendable (GitError) -> Void
  ) async {
    do {
      let patience = min(Self.grace, deadline)
      try await Task.sleep(for: patience)
      if !operation.hasStarted, current.withLock({ $0?.stopReason != nil }) {
        operation.stop(.cancelled)
        answer(
          .busy("\(doing): an earlier operation on this mirror is past its deadline and still inside libgit2")
        )
        return
      }
      try await Task.sleep(for: deadline - patience)
      operation.stop(.timedOut)
      try await Task.sleep(for: Self.grace)
      answer(.timedOut("\(doing): no end within \(deadline.goText)"))
    } catch {
      // Either the operation is done, and this answer comes too late to count, or the caller was cancelled.
      operation.stop(.cancelled)
      answer(.cancelled("\(doing): cancelled"))
    }
  }
}

/// The answer of an operation, given once, awaited once; later answers are dropped.
private final class Outcome<T: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Result<T, GitError>, Never>)
    case finished(Result<T, GitError>)
  }

  private let state = Locked(State.open)

  func finish(_ result: Result<T, GitError>) {
    let waiter = state.withLock { state -> CheckedContinuation<Result<T, GitError>, Never>? in
      switch state {
      case .open: state = .finished(result)
      case .awaited(let waiter):
        state = .finished(result)
        return waiter
      case .finished: break
      }
      return nil
    }
    waiter?.resume(returning: result)
  }

  func value() async -> Result<T, GitError> {
    await withCheckedContinuation { continuation in
      let result = state.withLock { state -> Result<T, GitError>? in
        if case .finished(let result) = state { return result }
        state = .awaited(continuation)
        return nil
      }
      if let result { continuation.resume(returning: result) }
    }
  }
}
