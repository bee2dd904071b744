/// How the requests of one rollout are split between its two services.
package struct TrafficWeights: Sendable, Hashable {
  package let canaryService: String
  package let stableService: String
  /// Share of the canary, 0 to ``total``; the stable service has the rest.
  package let canary: Int
  /// The weight that stands for all requests: 100 for percentages.
  package let total: Int

  package init(canaryService: String, stableService: String, canary: Int, total: Int = 100) {
    precondition((0...total).contains(canary), "a weight is a share of the total")
    self.canaryService = canaryService
    self.stableService = stableService
    self.canary = canary
    self.total = total
  }

  package var stable: Int { total - canary }
}
