import Primitives

/// Lets one caller at a time through, in the order of arrival; for multi-step work that several tasks want done once.
///
/// A waiting caller does not notice its cancellation until its turn, so the work inside must have a deadline.
final class OneAtATime: Sendable {
  private enum State {
    /// Nobody is inside. Next: taken.
    case free
    /// Somebody is inside, the others wait. Next: taken by the first of them, or free.
    case taken(waiting: [CheckedContinuation<Void, Never>])
  }

  private let state = Locked(State.free)

  /// Runs the body when everybody who came before has finished.
  func run<Result, E: Error>(_ body: () async throws(E) -> Result) async throws(E) -> Result {
    await enter()
    defer { leave() }
    return try await body()
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        switch state {
        case .free:
          state = .taken(waiting: [])
          return true
        case .taken(let waiting):
          state = .taken(waiting: waiting + [continuation])
          return false
        }
      }
      if isFree { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard case .taken(let waiting) = state, let first = waiting.first else {
        state = .free
        return nil
      }
      state = .taken(waiting: Array(waiting.dropFirst()))
      return first
    }
    next?.resume()
  }
}
