package import Primitives

/// How the requests of one rollout are split between its two services and those of its experiments.
package struct TrafficWeights: Sendable, Hashable {
  /// A service beside the two that has a share of its own (reference, section 2.10, on experiments).
  package struct Destination: Sendable, Hashable {
    package let service: String
    package let weight: Int
    /// The port of the service; nil takes the port that the stable service has in the route.
    package let port: Int?

    package init(service: String, weight: Int, port: Int?) {
      self.service = service
      self.weight = weight
      self.port = port
    }
  }

  package let canaryService: String
  package let stableService: String
  /// Share of the canary, 0 to ``total``; the stable service has what is left.
  package var canary: Int
  /// The weight that stands for all requests: 100 for percentages.
  package let total: Int
  /// The routes that steps have added, in the order of their precedence.
  package var managedRoutes: [ManagedRoute]
  /// The names of all routes that steps may add: what carries one of them and is not wanted is removed.
  package let managedNames: [String]
  /// Services of experiments with the shares that they have for now; stable gives them up.
  package var additional: [Destination]
  /// All services that experiments may ever have added: one that is not wanted is removed.
  package let additionalNames: Set<String>
  /// The pod-template hashes of both revisions, for routers that select pods by themselves; empty where there is none.
  package var canaryHash = ""
  package var stableHash = ""
  /// The reference of what a router makes to the Rollout that owns it.
  package var owner: JSONValue = .null
  /// Who stays with the revision that has answered; nil leaves it to what people wrote into the routes.
  package var stickiness: Stickiness?

  package init(
    canaryService: String,
    stableService: String,
    canary: Int,
    total: Int = 100,
    managedRoutes: [ManagedRoute] = [],
    managedNames: [String] = [],
    additional: [Destination] = [],
    additionalNames: Set<String> = []
  ) {
    precondition((0...total).contains(canary), "a weight is a share of the total")
    self.canaryService = canaryService
    self.stableService = stableService
    self.canary = canary
    self.total = total
    self.managedRoutes = managedRoutes
    self.managedNames = managedNames
    self.additional = additional
    self.additionalNames = additionalNames
  }

  package var stable: Int { total - canary - additional.reduce(0) { $0 + $1.weight } }

  /// Whether experiments have, or may have had, the service.
  func isAdditional(_ service: String?) -> Bool {
    guard let service else { return false }
    return additionalNames.contains(service) || additional.contains { $0.service == service }
  }

  /// The same with the parts of the services changed.
  package var mirrored: TrafficWeights {
    var mirrored = TrafficWeights(
      canaryService: stableService,
      stableService: canaryService,
      canary: total - canary,
      total: total,
      managedNames: managedNames,
      additionalNames: additionalNames
    )
    (mirrored.canaryHash, mirrored.stableHash) = (stableHash, canaryHash)
    mirrored.owner = owner
    return mirrored
  }
}
