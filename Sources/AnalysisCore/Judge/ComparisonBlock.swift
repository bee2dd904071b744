/// The counts of one look, or of several that were put together to bound the record.
package struct ComparisonBlock: Sendable, Hashable {
  /// The requests of both, which have the canary's share in them.
  package struct Requests: Sendable, Hashable {
    package var canary: Int
    package var stable: Int

    package init(canary: Int, stable: Int) {
      self.canary = canary
      self.stable = stable
    }

    var total: Int { canary + stable }

    /// The canary's share; 0 without requests.
    var share: Double { total > 0 ? Double(canary) / Double(total) : 0 }

    /// Whether the canary's share is smaller, decided without rounding.
    func isBelow(_ other: Requests) -> Bool {
      let (mine, its) = (
        canary.multipliedFullWidth(by: other.stable), other.canary.multipliedFullWidth(by: stable)
      )
      return (mine.high, mine.low) < (its.high, its.low)
    }
  }

  /// The canary's weight in percent; nil when it changed during the look.
  package var weight: Double?
  package var looks: Int
  package var requests: Requests
  /// Bad requests of each category.
  package var canaryBad: [Int]
  package var stableBad: [Int]
  /// The requests of the looks in which the canary's share was the least and the greatest.
  package var lowest: Requests
  package var highest: Requests

  package init(weight: Double?, requests: Requests, canaryBad: [Int], stableBad: [Int]) {
    self.weight = weight
    looks = 1
    self.requests = requests
    self.canaryBad = canaryBad
    self.stableBad = stableBad
    lowest = requests
    highest = requests
  }

  /// Whether nothing bad happened: such a block says nothing about the odds, at whatever share.
  var isQuiet: Bool { canaryBad.allSatisfy { $0 == 0 } && stableBad.allSatisfy { $0 == 0 } }

  /// Puts another block of the same weight into this one.
  mutating func merge(_ other: ComparisonBlock) {
    let (quiet, otherQuiet) = (isQuiet, other.isQuiet)
    looks += other.looks
    requests.canary += other.requests.canary
    requests.stable += other.requests.stable
    for index in canaryBad.indices { canaryBad[index] += other.canaryBad[index] }
    for index in stableBad.indices { stableBad[index] += other.stableBad[index] }
    if quiet, otherQuiet {
      (lowest, highest) = (requests, requests)
    } else if quiet {
      (lowest, highest) = (other.lowest, other.highest)
    } else if !otherQuiet {
      if other.lowest.isBelow(lowest) { lowest = other.lowest }
      if highest.isBelow(other.highest) { highest = other.highest }
    }
  }

  /// What a merge would cost in evidence, about: the bad requests times the spread of the shares.
  func cost(ofMerging other: ComparisonBlock) -> Double {
    let bad = Double(canaryBad.reduce(0, +) + stableBad.reduce(0, +))
    let otherBad = Double(other.canaryBad.reduce(0, +) + other.stableBad.reduce(0, +))
    guard bad > 0, otherBad > 0 else { return 0 }
    let low = min(lowest.share, other.lowest.share)
    let high = max(highest.share, other.highest.share)
    return (bad + otherBad) * (high - low) / max(high * (1 - low), .leastNormalMagnitude)
  }
}
