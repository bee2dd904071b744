import KubeModel
import Primitives
import Testing
import TrafficPlans

extension RouterWorld {
  /// Has every router write what it wants, and checks what must hold for all of them afterwards.
  mutating func follow(_ weights: TrafficWeights, _ file: RouterCase) throws -> [String] {
    let (routers, rounding) = (file.routers, file.rounding)
    var lines: [String] = []
    for router in routers {
      #expect(router.problem(weights, live) == nil)
      for _ in 0..<file.plans { lines += try perform(router.plan(weights, live)) }
      #expect(router.plan(weights, live) == .unchanged, "what was written is not what is wanted")
    }
    let shares = routers.map { $0.canaryWeight(weights, live) }
    #expect(!shares.contains(nil), "a share cannot be read")
    check(shares.compactMap { $0 }.max() ?? 0, against: weights.canary, rounding, "the canary's share")
    if weights.additional.isEmpty {
      let stable = routers.compactMap { $0.stableWeight(weights, live) }.max() ?? 0
      check(stable, against: weights.stable, rounding, "the stable share")
    }
    let hasManaged = routers.contains { $0.hasManagedRoutes(weights, live) }
    let keepsUsers = weights.stickiness != nil && weights.canary > 0
    #expect(keepsUsers || hasManaged == !weights.managedRoutes.isEmpty)
    for name in weights.additionalNames {
      let weight = weights.additional.first { $0.service == name }?.weight ?? 0
      // What is less than what rounding takes may be nothing.
      guard weight == 0 || weight > rounding else { continue }
      #expect(routers.contains { $0.leads(to: name, live) } == (weight > 0), "requests for \(name)")
    }
    return lines
  }

  private func check(_ share: Int, against wanted: Int, _ rounding: Int, _ what: String) {
    // A unit that only selects pods has no weights, and says 0.
    #expect(abs(share - wanted) <= rounding, "\(what) is \(share) instead of \(wanted)")
  }
}
