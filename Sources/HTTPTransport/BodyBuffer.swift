import Primitives

/// The bounded hand-over of a stream's bytes from the loop thread to one reader.
final class BodyBuffer: Sendable {
  typealias Waiter = CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>

  private struct State {
    var bytes: [UInt8] = []
    /// Set once; the bytes before it are still handed out, except after a cancellation.
    var end: Result<Void, HTTPError>?
    var waiter: Waiter?
    /// The loop has paused the transfer and waits for a drain.
    var isStalled = false
  }

  private let capacity: Int
  private let state = Locked(State())

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var isFinished: Bool { state.withLock { $0.end != nil } }

  /// Takes the bytes, or returns false when the reader is behind: the caller pauses and offers them again later.
  func offer(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let chunk = [UInt8](bytes)
    let (accepted, waiter) = state.withLock { state -> (Bool, Waiter?) in
      if let waiter = state.waiter {
        state.waiter = nil
        return (true, waiter)
      }
      guard state.bytes.isEmpty || state.bytes.count + chunk.count <= capacity else {
        state.isStalled = true
        return (false, nil)
      }
      state.bytes += chunk
      return (true, nil)
    }
    waiter?.resume(returning: .success(chunk))
    return accepted
  }

  /// Ends the body; later calls change nothing. A cancellation drops what nobody has read.
  func finish(_ end: Result<Void, HTTPError>) {
    let waiter = state.withLock { state -> Waiter? in
      guard state.end == nil else { return nil }
      state.end = end
      if case .failure(let error) = end, error.kind == .cancelled { state.bytes = [] }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: end.map { nil })
  }

  /// All bytes that wait, or the next that arrive; nil at the end. Calls `drained` when a paused transfer may go on.
  func next(drained: () -> Void) async -> Result<[UInt8]?, HTTPError> {
    await withCheckedContinuation { waiter in
      let (ready, wasStalled) = state.withLock { state -> (Result<[UInt8]?, HTTPError>?, Bool) in
        precondition(state.waiter == nil, "an HTTP body has one reader")
        if !state.bytes.isEmpty {
          let bytes = state.bytes
          let wasStalled = state.isStalled
          state.bytes = []
          state.isStalled = false
          return (.success(bytes), wasStalled)
        }
        if let end = state.end { return (end.map { nil }, false) }
        state.waiter = waiter
        return (nil, false)
      }
      if let ready { waiter.resume(returning: ready) }
      if wasStalled { drained() }
    }
  }
}
