import Glibc
import KubeModel
import Primitives

/// What the world outside may do to a running pod: tell it to end, kill it, read its logs.
final class PodHandle: Sendable {
  private struct State {
    var processes: Set<pid_t> = []
    var signal: CInt?
    var logs: [String: LogRing] = [:]
  }

  let key: ObjectKey
  let uid: String
  let address: String
  /// Opens when the pod is to end.
  let stopRequested = Gate()
  /// Opens when the pod's object is gone or its processes must die now.
  let killRequested = Gate()
  /// Opens when SIGTERM has been sent: nothing is started any more.
  let stopping = Gate()
  private let state = Locked(State())

  init(key: ObjectKey, uid: String, address: String) {
    self.key = key
    self.uid = uid
    self.address = address
  }

  /// Sends a signal to all process groups of the pod, and to those that come to be later.
  func signal(_ number: CInt) {
    let processes = state.withLock { state in
      state.signal = number
      return Array(state.processes)
    }
    stopping.open()
    for process in processes { kill(-process, number) }
  }

  /// Sends a signal to the process group of one container.
  static func signal(_ number: CInt, to process: pid_t) { kill(-process, number) }

  func processStarted(_ process: pid_t) {
    let pending = state.withLock { state in
      state.processes.insert(process)
      return state.signal
    }
    if let pending { kill(-process, pending) }
  }

  func processEnded(_ process: pid_t) { state.withLock { _ = $0.processes.remove(process) } }

  func log(_ container: String, _ bytes: [UInt8]) {
    state.withLock { $0.logs[container, default: LogRing()].append(bytes) }
  }

  /// What a container has written after a position, and the position to continue from.
  func log(of container: String, after position: Int) -> (bytes: [UInt8], end: Int) {
    state.withLock { state in
      guard let ring = state.logs[container] else { return ([], position) }
      return (ring.bytes(after: position), ring.end)
    }
  }
}
