import AnalysisCore
import Testing

/// The vectors of the reference, section 2.4, to the digits that it prints.
@Suite struct StatisticsVectorTests {
  @Test func mannWhitneyGivesTheExampleOfScipysManual() {
    let test = MannWhitney([19, 22, 16, 29, 24], [20, 11, 17, 12])
    #expect(test.u == 17)
    #expect(isNear(test.exact(.different), 0.1111111111111111))
    #expect(isNear(test.asymptotic(.different), 0.11134688653314041))
  }

  @Test func mannWhitneyGivesThePermeabilityExampleOfR() {
    let x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    let test = MannWhitney(x, [1.15, 0.88, 0.90, 0.74, 1.21])
    #expect(test.u == 35)
    #expect(isNear(test.exact(.greater), 0.1272061272061272))
    #expect(isNear(test.shift, 0.305))
  }

  @Test func fisherGivesTheTwoSidedProbability() {
    #expect(isNear(FisherExact(8, 2, 1, 5).twoSided, 0.034965034965034975))
  }

  @Test func intervalsOfAProportion() {
    let wilson = ProportionInterval.wilson(3, of: 200)
    #expect(isNear(wilson.low, 0.005114237793258307))
    #expect(isNear(wilson.high, 0.043165728792690275))
    let exact = ProportionInterval.clopperPearson(3, of: 200)
    #expect(isNear(exact.low, 0.003104107621553509))
    #expect(isNear(exact.high, 0.04320828191771261))
  }

  @Test func betaBinomialEvidence() {
    let test = BetaBinomialEvidence(proportion: 0.1, alternative: Beta(5, 45))
    // The printed digits are 5e-15 off the exact value, 1.26580925029375119.
    #expect(isNear(test.logEvidence(7, of: 20), 1.2658092502937446, within: 1e-14))
    #expect(isNear(ExactMath.exp(test.logEvidence(7, of: 20)), 3.545961145420441, within: 1e-14))
    #expect(isNear(test.logEvidence(2, of: 20), -0.17303700435848857, within: 1e-13))
  }

  @Test func normalEvidence() {
    let test = NormalEvidence(variance: 1, mixture: 0.1)
    #expect(isNear(ExactMath.exp(test.logEvidence(mean: 0.3, count: 100)), 18.028637295322177))
    #expect(isNear(test.probability(mean: 0.3, count: 100), 0.05546730923803466))
    #expect(isNear(test.halfWidth(count: 100, alpha: 0.05), 0.30378110214259524))
  }

  @Test(arguments: [(2, 2.178, 1.977), (3, 2.289, 2.004), (5, 2.413, 2.040), (10, 2.555, 2.087)])
  func constantsOfJennisonAndTurnbull(looks: Int, pocock: Double, final: Double) {
    let flat = GroupSequential.pocock(alpha: 0.025, looks: looks, sides: .both)
    #expect(flat.allSatisfy { ($0 - pocock).magnitude < 0.0005 + 1e-9 })
    let falling = GroupSequential.obrienFleming(alpha: 0.025, looks: looks, sides: .both)
    #expect(((falling.last ?? 0) - final).magnitude < 0.0005 + 1e-9)
    #expect((falling[0] - falling[looks - 1] * Double(looks).squareRoot()).magnitude < 1e-9)
  }

  @Test func boundariesOfLanAndDeMets() {
    let fractions = [0.2, 0.4, 0.6, 0.8, 1]
    let found = GroupSequential.boundaries(.obrienFleming, alpha: 0.025, at: fractions, sides: .both)
    for (boundary, printed) in zip(found, [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]) {
      // The second is 3.35701 on a fine grid; ldbounds' own grid is 1.1e-4 off.
      #expect((boundary - printed).magnitude < 1.2e-4)
    }
    // A grid of 2,001 points with scipy's normal distribution.
    for (boundary, exact) in zip(found, [4.876884949, 3.357011922, 2.680280065, 2.289816768, 2.031032043]) {
      #expect((boundary - exact).magnitude < 1e-7)
    }
  }
}

/// Whether two numbers are the same but for the last digits.
func isNear(_ value: Double, _ expected: Double, within tolerance: Double = 4e-15) -> Bool {
  (value - expected).magnitude <= tolerance * expected.magnitude
}
