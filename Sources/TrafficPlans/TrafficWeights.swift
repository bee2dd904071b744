/// How the requests of one rollout are split between its two services, in percent.
package struct TrafficWeights: Sendable, Hashable {
  package let canaryService: String
  package let stableService: String
  /// Share of the canary, 0 to 100; the stable service has the rest.
  package let canary: Int

  package init(canaryService: String, stableService: String, canary: Int) {
    precondition((0...100).contains(canary), "a weight is a percentage")
    self.canaryService = canaryService
    self.stableService = stableService
    self.canary = canary
  }

  package var stable: Int { 100 - canary }
}
