package import Primitives

/// The objects of the data plane as the caches have them, by address; what does not exist is absent.
package typealias LiveRoutes = [RouteAddress: JSONValue]

/// The two parts among which a rollout splits its requests.
package enum TrafficRole: Sendable, CaseIterable {
  case canary
  case stable
}

/// One unit of the data plane that splits the requests of one rollout: a route, or an object with those that are
/// derived from it.
///
/// A router is a value made from the spec, and all its functions are pure. Units are asked one by one, so one that
/// lags behind does not hold the others (reference, section 6.1).
package protocol TrafficRouter: Sendable {
  /// The objects that people wrote and that must be there.
  var required: [RouteAddress] { get }

  /// The objects that the router itself makes and removes, if there are any.
  var derived: [RouteAddress] { get }

  /// Whether the unit selects the pods of both parts by their hash, in the place of two Services or beside them, such
  /// as a DestinationRule with subsets (reference, section 6.2).
  var selectsRevisions: Bool { get }

  /// What has to be written so that the data plane splits traffic as wanted; nothing on doubt.
  func plan(_ weights: TrafficWeights, _ live: LiveRoutes) -> RoutePlan

  /// What is wrong with the objects, so that they cannot be given any weights; nil when nothing is.
  func problem(_ weights: TrafficWeights, _ live: LiveRoutes) -> String?

  /// The share of `weights.total` that the live objects give the canary, the greatest over the rules and rounded up;
  /// nil when they do not have the needed shape. A unit that gives no weights has none to give: 0.
  func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int?

  /// The same for the stable part.
  func stableWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int?

  /// Whether the live objects have routes that steps added, which lead to the canary whatever the weights say.
  func hasManagedRoutes(_ weights: TrafficWeights, _ live: LiveRoutes) -> Bool

  /// Whether the live objects send requests to the service.
  func leads(to service: String, _ live: LiveRoutes) -> Bool

  /// The pod-template hash that the live objects select for a part; nil when they select pods of every revision, and
  /// for a unit that selects none by itself.
  func selectedHash(_ role: TrafficRole, _ live: LiveRoutes) -> String?

  /// Whether the data plane itself says that it follows the present generation of the objects. Each router says who
  /// gives no proof where there is none: what cannot be verified is told and not assumed.
  func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof

  /// Who outside of the cluster says whether the objects are followed: asked only where the controller is told to, and
  /// then part of `live`.
  func witnesses(_ live: LiveRoutes) -> [RouteAddress]

  /// What the witnesses have said, as the status of a Rollout tells it; nil when there is nothing to tell.
  func testimony(_ weights: TrafficWeights, _ live: LiveRoutes) -> JSONValue?

  /// Why the unit cannot have a route that a step adds, as a clause such as `a TCPRoute has no headers to match`; nil
  /// when it can.
  func refusal(of route: ManagedRoute) -> String?

  /// Whether the router can keep users where they are in this way.
  func canStick(_ stickiness: Stickiness) -> Bool

  /// For how long requests may still come to a part after its weight has become 0, because somebody on their way keeps
  /// to an answer that was given before.
  func lingering(_ live: LiveRoutes) -> Duration

  /// What is wrong with the spec's own words for the unit, whatever the objects are: fields below that of the unit, and
  /// why.
  var faults: [RouterFault] { get }
}

/// Something wrong in the part of a spec that describes a router.
package struct RouterFault: Sendable, Hashable {
  /// The path below the unit's field; empty for the whole of it.
  package let field: String
  package let value: JSONValue
  /// Such as `it is no address`.
  package let detail: String
}

extension TrafficRouter {
  package var derived: [RouteAddress] { [] }

  package var selectsRevisions: Bool { false }

  package func stableWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    canaryWeight(weights.mirrored, live)
  }

  package func hasManagedRoutes(_ weights: TrafficWeights, _ live: LiveRoutes) -> Bool { false }

  package func selectedHash(_ role: TrafficRole, _ live: LiveRoutes) -> String? { nil }

  package func witnesses(_ live: LiveRoutes) -> [RouteAddress] { [] }

  package func testimony(_ weights: TrafficWeights, _ live: LiveRoutes) -> JSONValue? { nil }

  package func refusal(of route: ManagedRoute) -> String? { "it has no routes beside its weights" }

  package func canStick(_ stickiness: Stickiness) -> Bool { false }

  package func lingering(_ live: LiveRoutes) -> Duration { .zero }

  package var faults: [RouterFault] { [] }
}
