import Primitives

/// A number of permits; who finds none waits in line, first come first served, until one is given back.
final class PermitPool: Sendable {
  private struct State {
    var free: Int
    var line: [(ticket: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
    var ticket: UInt64 = 0
  }

  private let state: Locked<State>

  init(_ count: Int) { state = Locked(State(free: max(1, count))) }

  /// Returns with a permit, or throws when the task is cancelled.
  func take() async throws(CancellationError) {
    let ticket = state.withLock { state in
      state.ticket += 1
      return state.ticket
    }
    let isGranted = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if Task.isCancelled { return false }
          if state.free > 0 {
            state.free -= 1
            return true
          }
          state.line.append((ticket, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let continuation = state.withLock { state in
        state.line.firstIndex { $0.ticket == ticket }.map { state.line.remove(at: $0).continuation }
      }
      continuation?.resume(returning: false)
    }
    guard isGranted else { throw CancellationError() }
  }

  /// Gives a permit back, to the one who has waited longest if there is one.
  func giveBack() {
    let next = state.withLock { state in
      guard !state.line.isEmpty else {
        state.free += 1
        return CheckedContinuation<Bool, Never>?.none
      }
      return state.line.removeFirst().continuation
    }
    next?.resume(returning: true)
  }
}
