import KubeModel
import Logging
import Primitives

/// Gives each Service an EndpointSlice and an Endpoints object that follow its pods at once.
struct ServiceController: Sendable {
  let store: ClusterStore
  let logger: Logger

  func run() async {
    await ReconcileLoop(
      name: "service",
      store: store,
      logger: logger,
      types: [.services, .pods, .endpointSlices, WorkloadTypes.endpoints],
      keys: { event in self.keys(of: event) },
      allKeys: { store.list(.services).items.map(ObjectKey.init) },
      reconcile: { (key) throws(APIError) in
        try self.reconcile(key)
        return nil
      }
    ).run()
  }

  private func keys(of event: StoreEvent) -> [ObjectKey] {
    switch event.type.plural {
    case "services", "endpoints": return [ObjectKey(event.object)]
    case "endpointslices":
      guard let name = event.object.labels["kubernetes.io/service-name"] else { return [] }
      return [ObjectKey(namespace: event.object.namespace, name: name)]
    default:
      let pods = [event.object.labels, event.previous?.labels].compactMap { $0 }
      return store.list(.services, namespace: event.object.namespace).items.filter { service in
        guard let labels = service.spec["selector"]?.strings, !labels.isEmpty else { return false }
        return pods.contains { LabelSelector(matchLabels: labels).matches($0) }
      }.map(ObjectKey.init)
    }
  }

  func reconcile(_ key: ObjectKey) throws(APIError) {
    guard let service = store.get(.services, namespace: key.namespace, name: key.name),
      !service.isBeingDeleted
    else { return }
    guard service.spec["selector"]?.object?.isEmpty == false else { return }
    let pods = store.list(.pods, namespace: key.namespace).items
    let wanted = EndpointsPlan.slices(service: service, pods: pods)
    for slice in wanted { try write(.endpointSlices, slice, fields: ["addressType", "endpoints", "ports"]) }
    let names = Set(wanted.map(\.name))
    for slice in store.list(.endpointSlices, namespace: key.namespace).items
    where slice.controllerReference?["uid"]?.string == service.uid && !names.contains(slice.name) {
      try store.delete(.endpointSlices, namespace: key.namespace, name: slice.name)
    }
    try write(
      WorkloadTypes.endpoints,
      EndpointsPlan.endpoints(service: service, pods: pods),
      fields: ["subsets"]
    )
  }

  private func write(_ type: ResourceType, _ object: JSONValue, fields: [String]) throws(APIError) {
    guard store.get(type, namespace: object.namespace, name: object.name) != nil else {
      _ = try store.create(type, object)
      return
    }
    try store.update(type, namespace: object.namespace, name: object.name) { current in
      for field in fields { current[field] = object[field] }
      current.set(object.at("metadata", "labels"), at: "metadata", "labels")
      current.set(object.at("metadata", "ownerReferences"), at: "metadata", "ownerReferences")
    }
  }
}
