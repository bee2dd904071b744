import KubeClient
import KubeModel
import KubeRuntime
import Primitives
import RouteProviders
import TrafficPlans

extension Performer {
  /// Writes to an object of the data plane; false for what was made or removed already.
  func changeRoute(_ change: RouteChange, of rollout: ObjectKey) async throws(KubeError) -> Bool {
    // Also where it failed: nobody knows what of it was done.
    defer { if change.address.type == .ingresses { stores.routes.outside.doubt(.loadBalancer, by: rollout) } }
    guard change.address.outside == nil else {
      try await changeOutside(change)
      return true
    }
    let (key, type) = (change.address.key, stores.routes.served(change.address.type))
    let store = stores.routes[change.address.type]
    switch change {
    case .patch(_, let patch):
      let written = try await client.patch(type, namespace: key.namespace, name: key.name, .json(patch))
      store.noteWritten(written)
      return true
    case .create(_, var object):
      object["apiVersion"] = .string(type.apiVersion)
      return try await create(object, type, in: store)
    case .delete(_, let version):
      let options = DeleteOptions(resourceVersion: version)
      do throws(KubeError) {
        try await client.delete(type, namespace: key.namespace, name: key.name, options)
      } catch {
        guard error.code == .notFound else { throw error }
        return false
      }
      return true
    }
  }

  private func changeOutside(_ change: RouteChange) async throws(KubeError) {
    do throws(RouteFailure) {
      try await stores.routes.outside.perform(change)
    } catch {
      let code: KubeError.Code =
        switch error.kind {
        case .unreachable: .unreachable
        case .refused: .forbidden
        case .changed: .conflict
        case .invalid: .invalid
        }
      let address = change.address
      throw KubeError(code, "cannot change \(address.type) \(address.key): \(error)")
    }
  }

  /// One that is there already is the one that was meant, if it has the same owner.
  private func create(_ object: JSONValue, _ type: ResourceType, in store: Store) async throws(KubeError)
    -> Bool
  {
    do throws(KubeError) {
      store.noteCreated(try await client.create(type, object))
      return true
    } catch {
      guard error.code == .alreadyExists else { throw error }
    }
    let live = try await client.get(type, namespace: object.namespace, name: object.name)
    guard live.controllerReference?["uid"] == object.controllerReference?["uid"] else {
      let key = ObjectKey(object)
      throw KubeError(.conflict, "cannot create \(type) \(key): the name is taken by another owner's")
    }
    return false
  }
}
