import KubeModel
import Primitives
import TrafficPlans

/// What selects the pods of the two parts of the traffic: their Services, and routers that select pods by themselves,
/// such as the subsets of a DestinationRule, in their place or beside them (reference, section 6.2).
struct CanaryParts {
  /// Something that selects the pods of a part.
  struct Selector {
    /// Nil when it selects pods of every revision, or is not there.
    let hash: String?
    let isThere: Bool
  }

  typealias Routers = [(router: any TrafficRouter, live: LiveRoutes?)]

  /// The Services of the parts.
  let roles: (canary: String?, stable: String?)
  let canary: [Selector]
  let stable: [Selector]

  init(_ roles: (canary: String?, stable: String?), _ snapshot: Snapshot, _ routers: Routers) {
    self.roles = roles
    canary = Self.selectors(.canary, roles.canary, snapshot, routers)
    stable = Self.selectors(.stable, roles.stable, snapshot, routers)
  }

  private static func selectors(
    _ role: TrafficRole,
    _ service: String?,
    _ snapshot: Snapshot,
    _ routers: Routers
  ) -> [Selector] {
    var selectors: [Selector] = []
    if let service {
      let object = snapshot.services[service]?.object
      selectors.append(Selector(hash: object?.selectedHash, isThere: object != nil))
    }
    for (router, live) in routers where router.selectsRevisions {
      let hash = live.flatMap { router.selectedHash(role, $0) }
      selectors.append(Selector(hash: hash, isThere: live != nil))
    }
    return selectors
  }
}

extension JSONValue {
  /// The revision that a Service selects; nil when it selects none.
  var selectedHash: String? { spec.at("selector", RolloutNames.podTemplateHash)?.string }
}

/// Where the two parts of the traffic lead.
extension Situation {
  /// The parts by the roles that the Services have now: only a promotion in ping-pong exchanges them in a plan.
  private func parts(_ canary: CanaryStrategy, _ status: RolloutStatus) -> CanaryParts {
    let roles = canary.roles(status)
    if let parts, parts.roles == roles { return parts }
    return CanaryParts(roles, snapshot, routers)
  }

  private func selectors(_ role: TrafficRole, _ canary: CanaryStrategy, _ status: RolloutStatus)
    -> [CanaryParts.Selector]
  {
    let parts = parts(canary, status)
    return role == .canary ? parts.canary : parts.stable
  }

  func service(of role: TrafficRole, _ canary: CanaryStrategy, _ status: RolloutStatus) -> String? {
    let roles = canary.roles(status)
    return role == .canary ? roles.canary : roles.stable
  }

  /// Whether all requests for a part go to the revision.
  func leads(_ role: TrafficRole, to hash: String, _ canary: CanaryStrategy, _ status: RolloutStatus) -> Bool
  {
    let selectors = selectors(role, canary, status)
    return !selectors.isEmpty && selectors.allSatisfy { $0.hash == hash }
  }

  /// Whether requests for a part may go to the revision because something selects just that one.
  func mayLead(_ role: TrafficRole, to hash: String, _ canary: CanaryStrategy, _ status: RolloutStatus)
    -> Bool
  {
    selectors(role, canary, status).contains { $0.hash == hash }
  }

  /// Whether requests for a part reach pods of every revision.
  func reachesAll(_ role: TrafficRole, _ canary: CanaryStrategy, _ status: RolloutStatus) -> Bool {
    selectors(role, canary, status).contains { $0.isThere && $0.hash == nil }
  }

  /// Whether nothing says that requests for a part go to other revisions.
  func mayReach(_ hash: String, by role: TrafficRole, _ canary: CanaryStrategy, _ status: RolloutStatus)
    -> Bool
  {
    let selectors = selectors(role, canary, status)
    return selectors.isEmpty || selectors.contains { $0.hash ?? hash == hash }
  }

  /// The revision that a part shows now; empty when it shows none of its own.
  func shownHash(_ role: TrafficRole, _ canary: CanaryStrategy, _ status: RolloutStatus) -> String {
    selectors(role, canary, status).first?.hash ?? ""
  }

  /// The revision that a router is to select for a part: the one that the part's Service shows or, without a Service,
  /// the one that a Service would be pointed at; empty to leave it as it is.
  func wantedHash(
    _ role: TrafficRole,
    of router: any TrafficRouter,
    _ live: LiveRoutes,
    _ canary: CanaryStrategy,
    _ status: RolloutStatus
  ) -> String {
    if let service = service(of: role, canary, status) { return selectedHash(service) ?? "" }
    let shown = router.selectedHash(role, live)
    let set = role == .stable ? revisions.find(status.stableHash) : canaryTarget(canary, status)
    guard let set, set.hash != shown else { return shown ?? "" }
    // What selects the pods of all revisions serves users by all of them.
    let all = role == .stable ? max(spec.replicas, set.desired) : set.desired
    let needed = max(1, shown == nil ? all : 1)
    return spec.replicas == 0 || set.available >= needed ? set.hash : shown ?? ""
  }
}
