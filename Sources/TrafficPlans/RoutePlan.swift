package import Primitives

/// What has to be done to a live route so that it splits traffic as wanted.
package enum RoutePlan: Sendable, Hashable {
  /// The route already says so.
  case unchanged
  /// A JSON patch whose `test` operations hold only for the object it was planned from.
  case patch(JSONValue)
  /// Nothing may be written: the route does not have the shape that the rollout needs, and this sentence says why.
  case problem(String)
}
