import KubeModel
import Logging
import Primitives

/// Plays all pods of the cluster without running anything.
struct SimulatedPods: Sendable {
  private struct Life {
    let uid: String
    let address: String
    let start: Instant
  }

  private struct State {
    var lives: [ObjectKey: Life] = [:]
    var addresses = PodAddressPool.unreachable()
  }

  let store: ClusterStore
  let logger: Logger
  private let state = Locked(State())

  init(store: ClusterStore, logger: Logger) {
    self.store = store
    self.logger = logger
  }

  func run() async {
    await ReconcileLoop(
      name: "simulated-pods",
      store: store,
      logger: logger,
      types: [.pods],
      keys: { [ObjectKey($0.object)] },
      allKeys: { store.list(.pods).items.map(ObjectKey.init) },
      reconcile: { (key) throws(APIError) in try self.reconcile(key) }
    ).run()
  }

  private func reconcile(_ key: ObjectKey) throws(APIError) -> Instant? {
    let now = store.sources.now()
    guard let pod = store.get(.pods, namespace: key.namespace, name: key.name) else {
      state.withLock { state in
        if let life = state.lives.removeValue(forKey: key) { state.addresses.release(life.address) }
      }
      return nil
    }
    if pod.isBeingDeleted {
      try store.delete(
        .pods,
        namespace: key.namespace,
        name: key.name,
        preconditions: DeletePreconditions(uid: pod.uid),
        gracePeriodSeconds: 0
      )
      return nil
    }
    guard !PodView(pod).isFinished else { return nil }
    guard let life = life(of: pod, key: key, now: now) else { return now + .seconds(1) }
    try PodBinding.bind(key, in: store)
    let (status, wake) = SimulatedPod.status(of: pod, address: life.address, since: life.start, now: now)
    try store.update(.pods, namespace: key.namespace, name: key.name, subresource: "status") { current in
      guard current.uid == pod.uid else { return }
      current["status"] = status
    }
    return wake
  }

  private func life(of pod: JSONValue, key: ObjectKey, now: Instant) -> Life? {
    state.withLock { state in
      if let life = state.lives[key], life.uid == pod.uid { return life }
      if let old = state.lives[key] { state.addresses.release(old.address) }
      guard let address = state.addresses.take() else { return nil }
      let life = Life(uid: pod.uid, address: address, start: now)
      state.lives[key] = life
      return life
    }
  }
}

/// Gives pods to the one node that the embedded cluster has.
enum PodBinding {
  static let nodeName = "serin"

  static func bind(_ key: ObjectKey, in store: ClusterStore) throws(APIError) {
    try store.update(.pods, namespace: key.namespace, name: key.name) { pod in
      guard pod.spec["nodeName"] == nil else { return }
      pod.set(.string(nodeName), at: "spec", "nodeName")
    }
  }
}
