import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

extension ClusterSim {
  /// Writes to an object of the data plane, which follows some time later. False says that what was to be made or
  /// removed was so already.
  mutating func changeRoute(_ change: RouteChange) throws(SimError) -> Bool {
    let address = change.address
    switch change {
    case .patch(_, let patch):
      guard let route = routes[address] else { throw SimError(message: "\(address) not found") }
      routes[address] = try patched(route, patch)
    case .create(_, var object):
      guard routes[address] == nil else { return false }
      object.set(1, at: "metadata", "generation")
      object.set(nextVersion(), at: "metadata", "resourceVersion")
      routes[address] = object
    case .delete(_, let version):
      guard let route = routes[address] else { return false }
      guard route.resourceVersion == version else { throw SimError(message: "\(address) was changed") }
      routes[address] = nil
    }
    if settings.routeLag == 0 {
      routeSeenAt[address] = now
      advance(to: now)
    } else {
      routeSeenAt[address] = now + .seconds(settings.routeLag)
    }
    return true
  }

  private mutating func patched(_ route: JSONValue, _ patch: JSONValue) throws(SimError) -> JSONValue {
    do {
      var patched = try JSONPatch.apply(patch, to: route)
      patched.set(JSONValue(route.generation + 1), at: "metadata", "generation")
      patched.set(nextVersion(), at: "metadata", "resourceVersion")
      return patched
    } catch {
      throw SimError(message: error.description)
    }
  }
}
