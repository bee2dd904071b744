import Testing

@testable import RolloutCore

@Suite struct BasicCanaryCountsTests {
  /// replicas, weight, surge: new and stable pods (reference, section 2.3).
  static let splits: [(Int, Int, Int, new: Int, stable: Int)] = [
    (10, 10, 1, 1, 9), (10, 5, 0, 1, 9), (10, 5, 1, 1, 10), (10, 30, 3, 3, 7), (1, 49, 0, 0, 1),
    (1, 50, 0, 1, 0),
    (1, 5, 1, 1, 1), (1, 95, 1, 1, 1), (3, 50, 0, 2, 1), (3, 50, 1, 2, 2), (5, 50, 1, 3, 3), (7, 50, 1, 4, 4),
    (2, 10, 0, 1, 1), (2, 99, 1, 2, 1), (10, 99, 0, 9, 1), (10, 99, 1, 10, 1), (4, 0, 1, 0, 4),
    (4, 100, 1, 4, 0),
    (0, 50, 1, 0, 0),
  ]

  @Test(arguments: splits)
  func weightsBecomeThePodCountsNearestToThem(split: (Int, Int, Int, new: Int, stable: Int)) {
    let rule = BasicCanaryCounts(replicas: split.0, surge: split.2, unavailable: 1)
    let counts = rule.desired(weight: split.1)
    #expect(counts == (split.new, split.stable))
  }

  @Test func aRolloutThatWasMadeSmallerGivesUpThePodsBeyondItsSurgeThatCarryNothing() {
    let rule = BasicCanaryCounts(replicas: 4, surge: 2, unavailable: 0)
    let stable = Pods(desired: 4, available: 4)
    let next = rule.next(target: (4, 0), new: Pods(desired: 6, available: 0), stable: stable, older: 0)
    #expect(next == (2, 4))
    #expect(
      rule.next(target: (4, 0), new: Pods(desired: 2, available: 0), stable: stable, older: 0) == (2, 4)
    )
  }

  @Test func podsThatAnswerStayUntilEnoughOthersCount() {
    let rule = BasicCanaryCounts(replicas: 8, surge: 2, unavailable: 2)
    let new = Pods(desired: 6, available: 1, ready: 4)
    let stable = Pods(desired: 4, available: 3, ready: 4)
    // Six must be available: three of stable are, and what answers comes next to that.
    #expect(rule.next(target: (0, 8), new: new, stable: stable, older: 0) == (3, 7))
    #expect(rule.next(target: (0, 8), new: new, stable: stable, older: 2).new == 4)
    let complete = Pods(desired: 8, available: 8)
    #expect(rule.next(target: (0, 8), new: new, stable: complete, older: 0) == (0, 8))
  }

  @Test func movesReachTheirTargetForEverySizeAndWeightWithinBothLimits() {
    for replicas in 1...40 {
      for weight in stride(from: 0, through: 100, by: 5) {
        for (surge, unavailable) in [(1, 0), (0, 1), (2, 1), (replicas, 0)] {
          let rule = BasicCanaryCounts(replicas: replicas, surge: surge, unavailable: unavailable)
          let target = rule.desired(weight: weight)
          var new = Pods(desired: 0, available: 0)
          var stable = Pods(desired: replicas, available: replicas)
          for _ in 0...(2 * replicas + 2) where (new.desired, stable.desired) != target {
            let next = rule.next(target: target, new: new, stable: stable, older: 0)
            let kept = min(new.available, next.new) + min(stable.available, next.stable)
            #expect(kept >= min(rule.minAvailable, new.available + stable.available))
            #expect(next.new + next.stable <= max(rule.maxTotal, target.new + target.stable))
            new = Pods(desired: next.new, available: next.new)
            stable = Pods(desired: next.stable, available: next.stable)
          }
          #expect((new.desired, stable.desired) == target, "\(replicas) pods, \(weight) %, surge \(surge)")
        }
      }
    }
  }
}
