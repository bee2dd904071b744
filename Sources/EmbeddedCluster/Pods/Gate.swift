import Primitives

/// A door that opens once; whoever waits goes on when it opens or when the waiting task is cancelled.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var nextID = 0
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Locked(State())

  var isOpen: Bool { state.withLock { $0.isOpen } }

  func open() {
    let waiters = state.withLock { state in
      state.isOpen = true
      let waiters = Array(state.waiters.values)
      state.waiters = [:]
      return waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Returns when the gate is open, or at once when the task is cancelled.
  func wait() async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // A cancellation before this point left no waiter to resume, so ask again under the lock's order.
        let passes = state.withLock { state in
          guard !state.isOpen, !Task.isCancelled else { return true }
          state.waiters[id] = continuation
          return false
        }
        if passes { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
    }
  }

  /// Waits for the gate, at most that long; returns whether it is open.
  func wait(atMost limit: Duration) async -> Bool {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.wait() }
      group.addTask {
        do {
          try await Task.sleep(for: limit)
        } catch {
          // The gate opened first.
        }
      }
      await group.next()
      group.cancelAll()
    }
    return isOpen
  }
}
