/// Figures to compare with, for 1,000 Rollouts: what Argo Rollouts needed, and the most that Serin may need.
struct Reference: Sendable {
  struct Phase: Sendable {
    let seconds: Double
    let requests: Double
    let cpuSeconds: Double
  }

  let create: Phase
  let update: Phase
  let peakMegabytes: Double

  /// How many Rollouts the figures are for.
  static let count = 1000

  /// Argo Rollouts on a real API server with two otherwise idle cores and raised client limits. With its default
  /// limits it took 123 s and 387 s.
  static let argo = Reference(
    create: Phase(seconds: 34, requests: 8.7, cpuSeconds: 12.2),
    update: Phase(seconds: 108, requests: 21.0, cpuSeconds: 42.7),
    peakMegabytes: 160
  )

  /// What Serin holds on two cores, on the embedded cluster: half of the time and memory, a quarter of the CPU.
  static let bound = Reference(
    create: Phase(seconds: 17, requests: 4, cpuSeconds: 3.05),
    update: Phase(seconds: 54, requests: 11, cpuSeconds: 10.7),
    peakMegabytes: 80
  )
}
