import AnalysisCore
import Primitives

/// Random counts that are the same for the same seed on every machine.
extension SeededRandom {
  /// A number from 0 to 1, both left out.
  mutating func unit() -> Double { (Double(next() >> 11) + 0.5) * 0x1p-53 }

  /// How many of so many trials succeed.
  mutating func binomial(_ trials: Int, _ probability: Double) -> Int {
    guard trials > 0, probability > 0 else { return 0 }
    guard probability < 1 else { return trials }
    if probability > 0.5 { return trials - binomial(trials, 1 - probability) }
    // A sum of two binomial numbers is one; small means are drawn by inversion.
    if Double(trials) * probability > 40, trials > 1 {
      return binomial(trials / 2, probability) + binomial(trials - trials / 2, probability)
    }
    let odds = probability / (1 - probability)
    var mass = ExactMath.exp(Double(trials) * ExactMath.log1p(-probability))
    var rest = unit()
    var count = 0
    while rest > mass, count < trials {
      rest -= mass
      mass *= odds * Double(trials - count) / Double(count + 1)
      count += 1
    }
    return count
  }

  /// How many requests arrive where so many are expected: a Poisson number, from 50 on a rounded normal one.
  mutating func requests(_ mean: Double) -> Int {
    guard mean > 0 else { return 0 }
    if mean >= 50 { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
    var mass = ExactMath.exp(-mean)
    var rest = unit()
    var count = 0
    while rest > mass, count < 1000 {
      rest -= mass
      count += 1
      mass *= mean / Double(count)
    }
    return count
  }

  /// A standard normal number, by Marsaglia's polar method.
  mutating func normal() -> Double {
    while true {
      let (x, y) = (2 * unit() - 1, 2 * unit() - 1)
      let square = x * x + y * y
      if square < 1, square > 0 { return x * (-2 * ExactMath.log(square) / square).squareRoot() }
    }
  }

  /// A gamma number with the scale 1, by Marsaglia and Tsang's method.
  mutating func gamma(_ shape: Double) -> Double {
    if shape < 1 { return gamma(shape + 1) * ExactMath.exp(ExactMath.log(unit()) / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      guard root > 0 else { continue }
      let cube = root * root * root
      if ExactMath.log(unit()) < 0.5 * x * x + d - d * cube + d * ExactMath.log(cube) { return d * cube }
    }
  }

  /// A rate around the mean, with the correlation that it gives the requests of one look.
  mutating func rate(_ mean: Double, correlation: Double) -> Double {
    guard correlation > 0, mean > 0, mean < 1 else { return mean }
    let size = (1 - correlation) / correlation
    let bad = gamma(mean * size)
    return bad / (bad + gamma((1 - mean) * size))
  }
}
