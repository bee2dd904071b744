import KubeModel
import Primitives

/// The status that the gateway writes to an HTTPRoute.
enum RouteStatus {
  static let controllerName = "serin.dev/gateway"

  /// The next status; equal to the last one when nothing changed in meaning. Entries of other controllers stay, and
  /// their Gateways get none from this one.
  static func make(
    route: JSONValue,
    backends: [RoutingTable.Backend],
    foreign: ForeignGateways,
    now: Instant
  ) -> JSONValue {
    let missing = backends.first { !$0.isResolved }
    let accepted = Condition(
      type: "Accepted",
      status: "True",
      reason: "Accepted",
      message: "the route is served"
    )
    let resolved = Condition(
      type: "ResolvedRefs",
      status: missing == nil ? "True" : "False",
      reason: missing == nil ? "ResolvedRefs" : "BackendNotFound",
      message: missing.map { "service \($0.service) or its port does not exist" } ?? "all backends exist"
    )
    let old = route.status["parents"]?.array ?? []
    let others = old.filter { $0["controllerName"]?.string != controllerName }
    let own = (route.spec["parentRefs"]?.array ?? []).filter { !foreign.contains($0, in: route.namespace) }
    let parents = own.map { reference -> JSONValue in
      let last = old.first {
        $0["controllerName"]?.string == controllerName && $0["parentRef"] == reference
      }
      return [
        "parentRef": reference, "controllerName": .string(controllerName),
        "conditions": .array([accepted, resolved].map { json($0, route: route, last: last, now: now) }),
      ]
    }
    guard !others.isEmpty || !parents.isEmpty || !old.isEmpty else { return route.status }
    var status = route.status
    status["parents"] = .array(others + parents)
    return status
  }

  private static func json(_ condition: Condition, route: JSONValue, last: JSONValue?, now: Instant)
    -> JSONValue
  {
    var condition = condition
    let old = last?["conditions"]?.array?.map(Condition.init).first { $0.type == condition.type }
    let isSame = old?.status == condition.status
    condition.lastTransitionTime = isSame ? old?.lastTransitionTime ?? now : now
    var json = condition.json
    json["observedGeneration"] = JSONValue(route.generation)
    return json
  }
}
