import KubeModel
import Logging
import Primitives

/// Runs all pods of the cluster as local processes.
final class ProcessPods: Sendable {
  private struct State {
    var handles: [ObjectKey: PodHandle] = [:]
    var addresses: PodAddressPool
  }

  private let store: ClusterStore
  private let options: PodProcessOptions
  private let logger: Logger
  private let state: Locked<State>

  init(store: ClusterStore, options: PodProcessOptions, logger: Logger) {
    self.store = store
    self.options = options
    self.logger = logger
    state = Locked(State(addresses: .loopback(seed: options.addressSeed)))
  }

  /// Runs until cancelled; then the pods get SIGTERM and, two seconds later, SIGKILL.
  func run() async {
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        do {
          let events = try store.watch([.pods])
          for pod in store.list(.pods).items { begin(pod, in: &group) }
          for await event in events { follow(event, in: &group) }
        } catch {
          logger.error("pods cannot be watched", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  /// The handle of a pod that runs here.
  func handle(of key: ObjectKey) -> PodHandle? { state.withLock { $0.handles[key] } }

  private func follow(_ event: StoreEvent, in group: inout DiscardingTaskGroup) {
    let key = ObjectKey(event.object)
    let current = state.withLock { $0.handles[key] }
    if event.kind == .deleted {
      guard let current, current.uid == event.object.uid else { return }
      current.stopRequested.open()
      current.killRequested.open()
      state.withLock { $0.handles[key] = nil }
      return
    }
    begin(event.object, in: &group)
    guard event.object.isBeingDeleted, let running = state.withLock({ $0.handles[key] }) else { return }
    running.stopRequested.open()
    let grace = event.object.at("metadata", "deletionGracePeriodSeconds")?.int ?? 0
    if grace == 0 { running.killRequested.open() }
  }

  private func begin(_ pod: JSONValue, in group: inout DiscardingTaskGroup) {
    let key = ObjectKey(pod)
    guard !PodView(pod).isFinished || pod.isBeingDeleted else { return }
    let handle: PodHandle? = state.withLock { state in
      guard state.handles[key]?.uid != pod.uid, let address = state.addresses.take() else { return nil }
      let handle = PodHandle(key: key, uid: pod.uid, address: address)
      state.handles[key] = handle
      return handle
    }
    guard let handle else { return }
    let runner = PodRunner(handle: handle, store: store, options: options, logger: logger)
    group.addTask {
      await runner.run()
      self.state.withLock { $0.addresses.release(handle.address) }
    }
  }
}
