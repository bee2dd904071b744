import AnalysisCore

/// A release in which canary and stable serve requests: 60 looks of 30 seconds.
package struct JudgeScenario: Sendable {
  package static let looks = 60
  package static let secondsPerLook = 30.0
  /// The rank test within a look needs several values.
  static let partsPerLook = 6
  /// The weight of each quarter of the looks.
  static let weights = [5.0, 10, 25, 50]

  package let name: String
  let requestsPerSecond: Double
  /// The usual share of bad requests.
  let errorRate: Double
  /// How many times as often the canary fails.
  package let factor: Double
  /// Whether the rate wanders by a quarter on the hour.
  let drifts: Bool
  /// Whether both fail six times as often for three minutes.
  let hasIncident: Bool
  /// The weight at all times; nil for 5, 10, 25 and 50 in turn.
  let weight: Double?
  /// How alike the requests of one look of one version are.
  let correlation: Double
  /// How many metrics judge the release, each by traffic of its own: one abort is an abort.
  let metrics: Int

  init(
    _ name: String,
    requestsPerSecond: Double = 200,
    errorRate: Double = 0.002,
    factor: Double = 1,
    drifts: Bool = true,
    hasIncident: Bool = false,
    weight: Double? = nil,
    correlation: Double = 0,
    metrics: Int = 1
  ) {
    self.name = name
    self.requestsPerSecond = requestsPerSecond
    self.errorRate = errorRate
    self.factor = factor
    self.drifts = drifts
    self.hasIncident = hasIncident
    self.weight = weight
    self.correlation = correlation
    self.metrics = metrics
  }

  /// Whether the canary is as good as stable, or within the tolerance, so that an abort is false.
  package var isHealthy: Bool { factor <= JudgeRule().tolerance }

  /// Healthy canaries in the worlds of the reference, section 2.3, then worse ones.
  package static let all: [JudgeScenario] = [
    JudgeScenario("steady", drifts: false, weight: 5),
    JudgeScenario("drifting base rate", weight: 10),
    JudgeScenario("shared incident", drifts: false, hasIncident: true, weight: 10),
    JudgeScenario("changing weight", drifts: false),
    JudgeScenario("drift, incident, weights", hasIncident: true),
    JudgeScenario("low traffic, 3/s", requestsPerSecond: 3, hasIncident: true),
    JudgeScenario("correlated 1e-5", hasIncident: true, correlation: 1e-5),
    JudgeScenario("correlated 1e-4", hasIncident: true, correlation: 1e-4),
    JudgeScenario("correlated 1e-3", hasIncident: true, correlation: 1e-3),
    JudgeScenario("canary x1.2, the tolerance", factor: 1.2, hasIncident: true),
    JudgeScenario("canary x1.2, four metrics", factor: 1.2, hasIncident: true, metrics: 4),
    JudgeScenario("canary x1.5", factor: 1.5, hasIncident: true),
    JudgeScenario("canary x2", factor: 2, hasIncident: true),
    JudgeScenario("canary x2, 5 % always", factor: 2, weight: 5),
    JudgeScenario("canary x3", factor: 3, hasIncident: true),
    JudgeScenario("canary x5", factor: 5, hasIncident: true),
    JudgeScenario("canary x5, 3/s", requestsPerSecond: 3, factor: 5, hasIncident: true),
    JudgeScenario("canary x25, 3/s", requestsPerSecond: 3, factor: 25, hasIncident: true),
  ]
}
