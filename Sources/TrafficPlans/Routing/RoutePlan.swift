package import Primitives

/// What has to be done to the live objects of a router so that they split traffic as wanted.
package enum RoutePlan: Sendable, Hashable {
  /// The changes in their order; none when the objects say so already.
  case changes([RouteChange])
  /// Nothing may be written: the objects do not have the shape that the rollout needs, and this sentence says why.
  case problem(String)

  /// The objects are as wanted.
  package static let unchanged = RoutePlan.changes([])
}

/// One write to one object of a router; each is harmless when it is performed twice.
package enum RouteChange: Sendable, Hashable {
  /// A JSON patch whose `test` of the resourceVersion, or of the generation, holds only for the object that it was
  /// planned from.
  case patch(RouteAddress, JSONValue)
  /// An object that the rollout owns; one of that name that is there already is an error.
  case create(RouteAddress, JSONValue)
  /// Removes what the router made, if it still has the resourceVersion.
  case delete(RouteAddress, resourceVersion: String)

  package var address: RouteAddress {
    switch self {
    case .patch(let address, _), .create(let address, _), .delete(let address, _): address
    }
  }
}
