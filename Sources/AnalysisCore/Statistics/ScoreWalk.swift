/// The distribution of the score of a test that has not ended yet, on a grid.
struct ScoreWalk {
  private static let panels = 80
  private static let reach = 7.5

  private let sides: GroupSequential.Sides
  private var fraction = 0.0
  private var scores = [0.0]
  /// The density at the scores times the weight of Simpson's rule.
  private var weights = [1.0]

  init(sides: GroupSequential.Sides) { self.sides = sides }

  /// The probability to reach the boundary, on the upper side, at the next look and not before.
  func crossing(_ boundary: Double, at next: Double) -> Double {
    let deviation = (next - fraction).squareRoot()
    guard deviation > 0 else { return 0 }
    let limit = boundary * next.squareRoot()
    var sum = 0.0
    for (score, weight) in zip(scores, weights) { sum += weight * Normal.upper((limit - score) / deviation) }
    return sum
  }

  /// The boundary that is reached at the next look with the given probability; infinite for none.
  func boundary(spending risk: Double, at next: Double) -> Double {
    guard risk > 1e-15, next > fraction else { return .infinity }
    let target = ExactMath.log(risk)
    return GroupSequential.falling(from: -Self.reach, to: 8) { boundary in
      ExactMath.log(max(crossing(boundary, at: next), 1e-300)) - target
    }
  }

  /// Goes on to the next look, without what ended the test there.
  mutating func advance(boundary: Double, to next: Double) {
    let deviation = (next - fraction).squareRoot()
    guard deviation > 0 else { return }
    let high = min(boundary, Self.reach) * next.squareRoot()
    let low = sides == .both ? -high : -Self.reach * next.squareRoot()
    let step = (high - low) / Double(2 * Self.panels)
    let (oldScores, oldWeights) = (scores, weights)
    scores = (0...(2 * Self.panels)).map { low + step * Double($0) }
    weights = scores.indices.map { index in
      var density = 0.0
      for (score, weight) in zip(oldScores, oldWeights) {
        density += weight * Normal.density((scores[index] - score) / deviation)
      }
      let isEnd = index == 0 || index == 2 * Self.panels
      return density / deviation * (isEnd ? 1.0 : index % 2 == 1 ? 4 : 2) * step / 3
    }
    fraction = next
  }
}
