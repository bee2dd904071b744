import KubeModel
import Logging
import Primitives

/// Keeps the states of a pod's containers and writes the pod's status when they change.
final class PodReporter: Sendable {
  private struct State {
    var phase = "Pending"
    var isInitialized: Bool
    var containers: [ContainerState]
    var initContainers: [ContainerState]
  }

  private let store: ClusterStore
  private let handle: PodHandle
  private let logger: Logger
  private let state: Locked<State>

  init(pod: JSONValue, handle: PodHandle, store: ClusterStore, logger: Logger) {
    self.store = store
    self.handle = handle
    self.logger = logger
    let initial = (pod.spec["initContainers"]?.array ?? []).map { ContainerState(container: $0) }
    state = Locked(
      State(
        isInitialized: initial.isEmpty,
        containers: (pod.spec["containers"]?.array ?? []).map { ContainerState(container: $0) },
        initContainers: initial
      )
    )
  }

  /// Changes the state of one container and reports it.
  func update(_ container: String, _ change: @Sendable (inout ContainerState) -> Void) {
    state.withLock { state in
      for index in state.containers.indices where state.containers[index].name == container {
        change(&state.containers[index])
      }
      for index in state.initContainers.indices where state.initContainers[index].name == container {
        change(&state.initContainers[index])
      }
      if state.phase == "Pending", state.containers.contains(where: \.hasRun) { state.phase = "Running" }
    }
    publish()
  }

  func setInitialized() {
    state.withLock { $0.isInitialized = true }
    publish()
  }

  /// Ends the pod: it has succeeded when all of its containers ended with 0.
  func finish() {
    state.withLock { state in
      let codes = state.containers.map { container in
        if case .terminated(let end) = container.phase { end.exitCode } else { 1 }
      }
      state.phase = codes.allSatisfy { $0 == 0 } ? "Succeeded" : "Failed"
      for index in state.containers.indices { state.containers[index].isReady = false }
    }
    publish()
  }

  func publish() {
    let now = store.sources.now()
    do {
      // The state is read inside of the store's atomic step, so that reports cannot overtake each other.
      try store.update(.pods, namespace: handle.key.namespace, name: handle.key.name, subresource: "status") {
        pod in
        guard pod.uid == self.handle.uid else { return }
        let current = self.state.withLock { $0 }
        pod["status"] = PodStatus.make(
          pod: pod,
          phase: current.phase,
          address: self.handle.address,
          containers: current.containers,
          initContainers: current.initContainers,
          isInitialized: current.isInitialized,
          now: now
        )
      }
    } catch {
      logger.debug("pod status not written", metadata: ["pod": "\(handle.key)", "error": "\(error)"])
    }
  }
}

extension ContainerState {
  fileprivate var hasRun: Bool {
    if case .waiting = phase { return last != nil }
    return true
  }
}
