/// How the requests of one rollout are split between its two services.
package struct TrafficWeights: Sendable, Hashable {
  package let canaryService: String
  package let stableService: String
  /// Share of the canary, 0 to ``total``; the stable service has the rest.
  package var canary: Int
  /// The weight that stands for all requests: 100 for percentages.
  package let total: Int
  /// The routes that steps have added, in the order of their precedence.
  package var managedRoutes: [ManagedRoute]
  /// The names of all routes that steps may add: what carries one of them and is not wanted is removed.
  package let managedNames: [String]

  package init(
    canaryService: String,
    stableService: String,
    canary: Int,
    total: Int = 100,
    managedRoutes: [ManagedRoute] = [],
    managedNames: [String] = []
  ) {
    precondition((0...total).contains(canary), "a weight is a share of the total")
    self.canaryService = canaryService
    self.stableService = stableService
    self.canary = canary
    self.total = total
    self.managedRoutes = managedRoutes
    self.managedNames = managedNames
  }

  package var stable: Int { total - canary }

  /// The same with the parts of the services changed.
  package var mirrored: TrafficWeights {
    TrafficWeights(
      canaryService: stableService,
      stableService: canaryService,
      canary: stable,
      total: total,
      managedNames: managedNames
    )
  }
}
