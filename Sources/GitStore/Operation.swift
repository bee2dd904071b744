import Glibc
import Primitives

/// One call on a mirror as both sides see it: the caller, who may run out of patience, and the thread inside libgit2.
///
/// Stopping it makes the progress callbacks fail and shuts the open sockets down, so that a blocked read returns at
/// once. Only name resolution cannot be interrupted.
final class Operation: Sendable {
  enum StopReason: Sendable {
    case timedOut
    case cancelled
  }

  private struct State {
    var stopReason: StopReason?
    var hasStarted = false
    var sockets: Set<Int32> = []
  }

  private let state = Locked(State())

  /// Why the operation must end, once it must.
  var stopReason: StopReason? { state.withLock { $0.stopReason } }

  /// Whether the thread has begun with it.
  var hasStarted: Bool { state.withLock { $0.hasStarted } }

  func start() { state.withLock { $0.hasStarted = true } }

  /// Ends the operation as soon as libgit2 lets go; the first reason stays.
  func stop(_ reason: StopReason) {
    state.withLock { state in
      guard state.stopReason == nil else { return }
      state.stopReason = reason
      // Under the lock: a descriptor in the set is open, so no other file can have taken its number.
      for socket in state.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  /// Takes note of an open socket; false when the operation is already to end.
  func attach(_ socket: Int32) -> Bool {
    state.withLock { state in
      guard state.stopReason == nil else { return false }
      state.sockets.insert(socket)
      return true
    }
  }

  /// Forgets a socket that is about to be closed.
  func detach(_ socket: Int32) { _ = state.withLock { $0.sockets.remove(socket) } }

  /// Throws when the operation must end; for loops that call no callback.
  func checkpoint() throws(GitError) {
    switch stopReason {
    case nil: return
    case .timedOut: throw .timedOut("stopped at its deadline")
    case .cancelled: throw .cancelled("cancelled")
    }
  }
}

extension Operation {
  private static let running = Locked<[pthread_t: Operation]>([:])

  /// The operation of the calling thread.
  static var current: Operation? {
    let thread = pthread_self()
    return running.withLock { $0[thread] }
  }

  /// Runs the body as this thread's operation.
  func run<T>(_ body: () throws(GitError) -> T) throws(GitError) -> T {
    let thread = pthread_self()
    Self.running.withLock { $0[thread] = self }
    defer { _ = Self.running.withLock { $0.removeValue(forKey: thread) } }
    return try body()
  }
}
