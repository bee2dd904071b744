import KubeModel
import Logging
import Primitives

/// Deletes what has lost all of its owners, and honours foreground and orphan deletion.
///
/// It must start with the store, since it learns the owners from the events.
struct GarbageCollector: Sendable {
  let store: ClusterStore
  let logger: Logger

  /// Runs until cancelled.
  func run() async {
    while !Task.isCancelled {
      do {
        var graph = OwnerGraph()
        for await event in try store.watch(nil, from: 0) {
          graph.observe(event)
          for action in Self.actions(after: event, graph: graph) { perform(action) }
        }
      } catch {
        logger.error("garbage collection stopped", metadata: ["error": "\(error)"])
        return
      }
      if !Task.isCancelled { logger.warning("garbage collection fell behind and begins again") }
    }
  }

  /// What the collector does about one change.
  enum Action: Sendable, Equatable {
    case delete(OwnerGraph.Node, foreground: Bool)
    /// Takes the owner from the references of a dependent.
    case orphan(OwnerGraph.Node, owner: String)
    case removeFinalizer(OwnerGraph.Node, String)
  }

  /// Decides what follows from one change, given the graph after it.
  static func actions(after event: StoreEvent, graph: OwnerGraph) -> [Action] {
    let object = event.object
    var actions: [Action] = []
    if event.kind == .deleted {
      actions += graph.dependents(of: object.uid).filter { graph.isAbandoned($0.uid) }.map {
        .delete($0, foreground: false)
      }
      actions += object.ownerReferences.compactMap { $0["uid"]?.string.flatMap(graph.waitingOwner) }.map {
        .removeFinalizer($0, "foregroundDeletion")
      }
    } else if !object.isBeingDeleted, graph.isAbandoned(object.uid) {
      actions.append(.delete(OwnerGraph.Node(event), foreground: false))
    }
    if event.kind != .deleted, object.isBeingDeleted { actions += finalizing(event, graph) }
    return actions
  }

  private static func finalizing(_ event: StoreEvent, _ graph: OwnerGraph) -> [Action] {
    let finalizers = (event.object.at("metadata", "finalizers")?.array ?? []).compactMap(\.string)
    let node = OwnerGraph.Node(event)
    let dependents = graph.dependents(of: event.object.uid)
    if finalizers.contains("orphan") {
      return dependents.map { .orphan($0, owner: node.uid) } + [.removeFinalizer(node, "orphan")]
    }
    guard finalizers.contains("foregroundDeletion") else { return [] }
    return dependents.isEmpty
      ? [.removeFinalizer(node, "foregroundDeletion")] : dependents.map { .delete($0, foreground: true) }
  }

  private func perform(_ action: Action) {
    do {
      switch action {
      case .delete(let node, let foreground):
        guard let current = store.get(node.type, namespace: node.key.namespace, name: node.key.name),
          current.uid == node.uid, !current.isBeingDeleted
        else { return }
        try store.delete(
          node.type,
          namespace: node.key.namespace,
          name: node.key.name,
          preconditions: DeletePreconditions(uid: node.uid),
          propagation: foreground ? .foreground : nil
        )
      case .orphan(let node, let owner):
        try store.update(node.type, namespace: node.key.namespace, name: node.key.name) { object in
          let kept = object.ownerReferences.filter { $0["uid"]?.string != owner }
          object.set(kept.isEmpty ? nil : .array(kept), at: "metadata", "ownerReferences")
        }
      case .removeFinalizer(let node, let finalizer):
        try store.update(node.type, namespace: node.key.namespace, name: node.key.name) { object in
          let kept = (object.at("metadata", "finalizers")?.array ?? []).filter { $0.string != finalizer }
          object.set(kept.isEmpty ? nil : .array(kept), at: "metadata", "finalizers")
        }
      }
    } catch {
      // Gone or changed meanwhile: the event of that change brings the collector back.
      logger.debug("garbage collection of one object failed", metadata: ["error": "\(error)"])
    }
  }
}

extension OwnerGraph.Node {
  fileprivate init(_ event: StoreEvent) {
    self.init(type: event.type, key: ObjectKey(event.object), uid: event.object.uid)
  }
}
