import Primitives

/// The counts of a time.
struct SimulatedCounts {
  var canary = 0
  var stable = 0
  var canaryBad = 0
  var stableBad = 0

  mutating func add(_ other: SimulatedCounts) {
    canary += other.canary
    stable += other.stable
    canaryBad += other.canaryBad
    stableBad += other.stableBad
  }
}

/// One look, with the parts that it was made of.
struct SimulatedLook {
  let weight: Double
  let parts: [SimulatedCounts]
  let whole: SimulatedCounts

  init(weight: Double, parts: [SimulatedCounts]) {
    self.weight = weight
    self.parts = parts
    whole = parts.reduce(into: SimulatedCounts()) { $0.add($1) }
  }
}

/// One history of requests, by a scenario and chance.
struct JudgeWorld {
  private let scenario: JudgeScenario
  private var random: SeededRandom
  /// The logarithm of how far the rate has wandered.
  private var drift = 0.0
  private let incident: Range<Int>

  init(_ scenario: JudgeScenario, seed: UInt64) {
    self.scenario = scenario
    random = SeededRandom(seed: seed)
    // Three minutes at a time of their own.
    let start = Int.random(in: 0..<(JudgeScenario.looks - 6), using: &random)
    incident = start..<(start + 6)
  }

  mutating func look(_ index: Int) -> SimulatedLook {
    let quarter = index * JudgeScenario.weights.count / JudgeScenario.looks
    let weight = scenario.weight ?? JudgeScenario.weights[quarter]
    if scenario.drifts { drift = 0.97 * drift + 0.12 * random.normal() }
    var rate = scenario.errorRate * (1 + drift + drift * drift / 2).magnitude
    if scenario.hasIncident, incident.contains(index) { rate *= 6 }
    let requests =
      scenario.requestsPerSecond * JudgeScenario.secondsPerLook / Double(JudgeScenario.partsPerLook)
    let canaryRate = random.rate(min(0.9, rate * scenario.factor), correlation: scenario.correlation)
    let stableRate = random.rate(min(0.9, rate), correlation: scenario.correlation)
    let parts = (0..<JudgeScenario.partsPerLook).map { _ in
      var part = SimulatedCounts()
      part.canary = random.requests(requests * weight / 100)
      part.stable = random.requests(requests * (1 - weight / 100))
      part.canaryBad = random.binomial(part.canary, canaryRate)
      part.stableBad = random.binomial(part.stable, stableRate)
      return part
    }
    return SimulatedLook(weight: weight, parts: parts)
  }
}
