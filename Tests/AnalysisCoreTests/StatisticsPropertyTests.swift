import AnalysisCore
import Glibc
import Primitives
import Testing

@Suite struct StatisticsPropertyTests {
  @Test func exactMathAgreesWithTheCLibraryToTheLastDigit() {
    var random = SeededRandom(seed: 1)
    var worst = 0.0
    func compare(_ value: Double, _ expected: Double) {
      if value != expected { worst = max(worst, (value - expected).magnitude / expected.ulp) }
    }
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next() & 0x7FEF_FFFF_FFFF_FFFF)
      compare(ExactMath.log(value), Glibc.log(value))
      let exponent = Double.random(in: -745...709, using: &random)
      compare(ExactMath.exp(exponent), Glibc.exp(exponent))
      let scale = Glibc.exp(-Double.random(in: 0...40, using: &random))
      let small = Double.random(in: -0.9...3, using: &random) * scale
      compare(ExactMath.log1p(small), Glibc.log1p(small))
      compare(ExactMath.expm1(small), Glibc.expm1(small))
    }
    #expect(worst <= 4)
    #expect(ExactMath.log(0) == -.infinity)
    #expect(ExactMath.log(-1).isNaN)
    #expect(ExactMath.exp(1000) == .infinity)
    #expect(ExactMath.exp(-1000) == 0)
    #expect(ExactMath.log(.infinity) == .infinity)
  }

  @Test func bothUsOfMannWhitneyMakeUpAllPairs() {
    var random = SeededRandom(seed: 2)
    for _ in 0..<300 {
      let (x, y) = (values(&random), values(&random))
      let (forth, back) = (MannWhitney(x, y), MannWhitney(y, x))
      #expect(forth.u + back.u == Double(x.count * y.count))
      #expect(forth.tieTerm == back.tieTerm)
      #expect(isNear(forth.asymptotic(.greater), back.asymptotic(.less), within: 1e-12))
    }
  }

  @Test func intervalInvertsTheTest() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<100 {
      let (x, y) = (values(&random, isRounded: false), values(&random, isRounded: false))
      let interval = MannWhitney(x, y).interval(confidence: 0.9)
      #expect(interval.low <= interval.estimate)
      #expect(interval.estimate <= interval.high)
      for (end, outward) in [(interval.low, -1e-6), (interval.high, 1e-6)] {
        let isOpen = end == (x.min() ?? 0) - (y.max() ?? 0) || end == (x.max() ?? 0) - (y.min() ?? 0)
        let outside = MannWhitney(x.map { $0 - end - outward }, y).asymptotic(.different)
        let inside = MannWhitney(x.map { $0 - end + outward }, y).asymptotic(.different)
        #expect(isOpen || outside < 0.1 + 1e-9)
        #expect(inside > 0.1 - 1e-9)
      }
    }
  }

  @Test(arguments: SpendingFunction.allCases, [[0.1, 0.5, 0.6, 1], [0.25, 0.5, 0.75, 1], [1]])
  func boundariesSpendExactlyTheRisk(spending: SpendingFunction, fractions: [Double]) {
    for sides in [GroupSequential.Sides.upper, .both] {
      let boundaries = GroupSequential.boundaries(spending, alpha: 0.05, at: fractions, sides: sides)
      #expect(isNear(GroupSequential.crossing(boundaries, at: fractions, sides: sides), 0.05, within: 1e-8))
    }
  }

  @Test func boundariesHoldInAWalkOfChance() {
    var random = SeededRandom(seed: 4)
    let fractions = [0.1, 0.4, 0.7, 1]
    let boundaries = GroupSequential.boundaries(.pocock, alpha: 0.05, at: fractions)
    var crossings = 0
    for _ in 0..<20_000 {
      var (score, last) = (0.0, 0.0)
      let crosses = zip(boundaries, fractions).contains { boundary, fraction in
        let z = normal(&random)
        score += z * (fraction - last).squareRoot()
        last = fraction
        return score / fraction.squareRoot() > boundary
      }
      crossings += crosses ? 1 : 0
    }
    // 1,000 are expected; five standard deviations are 154.
    #expect((846...1154).contains(crossings))
  }

  @Test func oddsEvidenceHasAMeanOfOneUnderTheReferenceForEveryPathOfShares() {
    // All numbers of errors at the canary for three looks with different shares: the mean is a finite sum.
    for reference in [1.0, 1.2, 2.0] {
      for (shares, errors) in [
        ([0.05, 0.5, 0.1], [4, 3, 5]), ([0.5, 0.5, 0.5], [6, 0, 3]), ([0.01, 0.9, 0.3], [5, 5, 5]),
      ] {
        let grid = OddsEvidence.grid(from: reference * 1.05, to: 20, count: 24)
        var mean = 0.0
        for first in 0...errors[0] {
          for second in 0...errors[1] {
            for third in 0...errors[2] {
              var evidence = OddsEvidence(reference: reference, alternatives: grid)
              var probability = 1.0
              for (index, canary) in [first, second, third].enumerated() {
                let (share, count) = (shares[index], errors[index])
                evidence.add(canary: Double(canary), errors: Double(count), share: share)
                let p = reference * share / (reference * share + 1 - share)
                probability *= Binomial(trials: count, probability: p).mass(canary)
              }
              mean += probability * ExactMath.exp(evidence.logEvidence)
            }
          }
        }
        #expect(isNear(mean, 1, within: 1e-12))
      }
    }
  }

  @Test func oddsEvidenceDoesNotDependOnTheOrderOfErrorsWithinALook() {
    var whole = OddsEvidence(reference: 1.2, alternatives: [2, 5])
    whole.add(canary: 3, errors: 7, share: 0.1)
    var parts = OddsEvidence(reference: 1.2, alternatives: [2, 5])
    for isCanary in [0.0, 1, 0, 0, 1, 1, 0] { parts.add(canary: isCanary, errors: 1, share: 0.1) }
    #expect(isNear(whole.logEvidence, parts.logEvidence, within: 1e-12))
  }

  @Test func blockMeansBringAnAutocorrelatedSeriesBackToItsRisk() {
    // Section 2.1: 60 points with ρ = 0.7 fire a "2 %" test in 32 % of runs; 15 means of 20 points each do not.
    var random = SeededRandom(seed: 5)
    var (points, blocks) = (0, 0)
    for _ in 0..<600 {
      let (x, y) = (series(300, 0.7, &random), series(300, 0.7, &random))
      if MannWhitney(Array(x.prefix(60)), Array(y.prefix(60))).asymptotic(.different) < 0.02 { points += 1 }
      if MannWhitney(means(x, 20), means(y, 20)).probability(.different) < 0.02 { blocks += 1 }
    }
    #expect(points > 140)
    #expect(blocks <= 30)
  }

  private func values(_ random: inout SeededRandom, isRounded: Bool = true) -> [Double] {
    (0..<Int.random(in: 4...20, using: &random)).map { _ in
      let value = Double.random(in: 0..<12, using: &random)
      return isRounded ? value.rounded() : value
    }
  }

  private func series(_ count: Int, _ correlation: Double, _ random: inout SeededRandom) -> [Double] {
    var value = 0.0
    let noise = (1 - correlation * correlation).squareRoot()
    return (0..<count).map { _ in
      value = correlation * value + noise * normal(&random)
      return value
    }
  }

  /// Box and Muller's normal number.
  private func normal(_ random: inout SeededRandom) -> Double {
    let (u, v) = (Double.random(in: 1e-300..<1, using: &random), Double.random(in: 0..<1, using: &random))
    return (-2 * Glibc.log(u)).squareRoot() * Glibc.cos(2 * .pi * v)
  }

  private func means(_ values: [Double], _ size: Int) -> [Double] {
    stride(from: 0, to: values.count, by: size).map { values[$0..<($0 + size)].reduce(0, +) / Double(size) }
  }
}
