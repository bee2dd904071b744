import Primitives

/// Wakes one waiting task; a wake without a waiter is kept for the next wait, and several count as one.
final class WakeSignal: Sendable {
  fileprivate enum State {
    /// Nobody waits, nothing happened. Next: woken, waiting.
    case idle
    /// Something happened that nobody waited for. Next: idle.
    case woken
    /// A task waits. Next: idle.
    case waiting(CheckedContinuation<Void, Never>)
  }

  private let state = Locked(State.idle)

  func wake() {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      if case .waiting(let continuation) = state {
        state = .idle
        return continuation
      }
      state = .woken
      return nil
    }
    waiter?.resume()
  }

  /// Returns at the next wake, at once when there was one since the last wait, or when the time is over or the task
  /// cancelled. Only one task may wait at a time.
  func wait(atMost limit: Duration?) async {
    guard let limit else { return await waitForWake() }
    guard limit > .zero else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.waitForWake() }
      group.addTask {
        // Cancellation means that the wake came first.
        do { try await Task.sleep(for: limit) } catch {}
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func waitForWake() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDue = state.withLock { state in
          if case .woken = state {
            state = .idle
            return true
          }
          if Task.isCancelled { return true }
          precondition(!state.isWaiting, "two tasks wait for one signal")
          state = .waiting(continuation)
          return false
        }
        if isDue { continuation.resume() }
      }
    } onCancel: {
      // A wake that comes with the cancellation must not be lost on the next wait.
      let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
        guard case .waiting(let continuation) = state else { return nil }
        state = .idle
        return continuation
      }
      waiter?.resume()
    }
  }
}

extension WakeSignal.State {
  fileprivate var isWaiting: Bool {
    if case .waiting = self { true } else { false }
  }
}
