import KubeModel
import Primitives
import ServiceLifecycle

/// Empties namespaces and definitions that are being deleted, and lets them go once nothing is left in them.
struct ContentCleaner: Service {
  let store: ClusterStore
  /// A real cluster takes a moment too; clients rely on seeing the namespace terminate.
  var delay = Duration.milliseconds(200)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let events: AsyncStream<StoreEvent>
        do throws(APIError) {
          events = try store.watch(from: store.resourceVersion)
        } catch {
          continue
        }
        await cleanAll()
        for await event in events where concerns(event) { await cleanAll() }
        // The stream also ends when this reader was too slow: then everything is looked at again.
        await Task.yield()
      }
    }
  }

  private func concerns(_ event: StoreEvent) -> Bool {
    switch event.kind {
    case .added: false
    case .modified: event.object.isBeingDeleted && (event.type == .namespaces || event.type == .definitions)
    case .deleted: terminating(event.object.namespace) || hasTerminatingDefinitions
    }
  }

  private func terminating(_ namespace: String) -> Bool {
    !namespace.isEmpty && store.get(.namespaces, namespace: "", name: namespace)?.isBeingDeleted ?? false
  }

  private var hasTerminatingDefinitions: Bool {
    store.list(.definitions).items.contains(where: \.isBeingDeleted)
  }

  private func cleanAll() async {
    let namespaces = store.list(.namespaces).items.filter(\.isBeingDeleted)
    let definitions = store.list(.definitions).items.filter(\.isBeingDeleted)
    guard !namespaces.isEmpty || !definitions.isEmpty else { return }
    do {
      try await Task.sleep(for: delay)
    } catch {
      return
    }
    for namespace in namespaces { store.finishNamespace(name: namespace.name) }
    for definition in definitions { store.finishDefinition(name: definition.name) }
  }
}
