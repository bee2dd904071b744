import Primitives

/// Repeats a probe and tells of each turn of its verdict.
struct ProbeLoop: Sendable {
  let probe: Probe
  let runner: ProbeRunner

  /// How often a container that has never been ready is asked, so that pods come up quickly.
  private static let eagerPeriod = Duration.milliseconds(100)

  /// Probes until cancelled, or until `turned` returns false.
  ///
  /// - Parameters:
  ///   - isPassing: the verdict to begin with.
  ///   - isEager: asks more often until the first pass.
  ///   - turned: hears each new verdict.
  func run(isPassing: Bool, isEager: Bool, turned: @Sendable (Bool) -> Bool) async {
    var state = ProbeState(isPassing: isPassing)
    var hasPassed = false
    do {
      try await Task.sleep(for: probe.initialDelay)
      while !Task.isCancelled {
        let before = state.isPassing
        state.record(await runner.isHealthy(probe), for: probe)
        try Task.checkCancellation()
        if state.isPassing != before, !turned(state.isPassing) { return }
        hasPassed = hasPassed || state.isPassing
        try await Task.sleep(for: isEager && !hasPassed ? min(Self.eagerPeriod, probe.period) : probe.period)
      }
    } catch {
      // Cancelled: the container has ended.
    }
  }

  /// Probes until it passes (true), its failure threshold is reached, or the task is cancelled (false).
  func untilPassed() async -> Bool {
    var failures = 0
    do {
      try await Task.sleep(for: probe.initialDelay)
      while failures < probe.failureThreshold {
        if await runner.isHealthy(probe) { return true }
        failures += 1
        try await Task.sleep(for: probe.period)
      }
    } catch {
      // Cancelled: the container has ended.
    }
    return false
  }
}
