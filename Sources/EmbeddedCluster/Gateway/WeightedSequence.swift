/// A sequence of choices that follows weights closely over any stretch, not only in the long run.
///
/// Each step adds the golden ratio modulo one, which spreads the values more evenly than independent random numbers:
/// after n choices every share is right to within about log(n)/n.
struct WeightedSequence: Sendable, Equatable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// The index of the next choice; nil when no weight is positive.
  mutating func next(_ weights: [Int]) -> Int? {
    let total = weights.reduce(0) { $0 + max(0, $1) }
    guard total > 0 else { return nil }
    state &+= 0x9E37_79B9_7F4A_7C15
    var target = Int(state.multipliedFullWidth(by: UInt64(total)).high)
    for (index, weight) in weights.enumerated() where weight > 0 {
      if target < weight { return index }
      target -= weight
    }
    return nil
  }
}
