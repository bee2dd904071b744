import Glibc
import KubeModel
import Logging
import Primitives

/// Runs one container of a pod: starts it, probes it, restarts it, until it has ended for good or the pod stops.
struct ContainerRunner: Sendable {
  let container: JSONValue
  let restartPolicy: String
  let handle: PodHandle
  let reporter: PodReporter
  let store: ClusterStore
  let command: ContainerCommand

  private var name: String { container["name"]?.string ?? "" }

  /// The wait before each restart but the first, which comes at once; the wait doubles. Kubernetes begins with ten
  /// seconds, which is long on a cluster that lives for minutes.
  private static let backoff = Backoff(base: .seconds(1), limit: .seconds(300), jitter: 0)
  /// A run of this length is no crash: the waits begin anew.
  private static let stableAfter = Duration.seconds(600)

  func run() async {
    var crashes = 0
    while !handle.stopping.isOpen, !Task.isCancelled {
      let start = store.sources.now()
      switch await runOnce() {
      case .ended(let code):
        let restarts = restartPolicy == "Always" || (restartPolicy == "OnFailure" && code != 0)
        guard restarts, !handle.stopping.isOpen, !Task.isCancelled else { return }
        crashes = store.sources.now() - start > Self.stableAfter ? 0 : crashes + 1
        reporter.update(name) { $0.restarts += 1 }
        if crashes > 1 { await backOff(attempt: crashes - 2) }
      case .cannotStart(let error):
        crashes += 1
        reporter.update(name) { $0.phase = .waiting(reason: error.reason, message: error.message) }
        if await handle.stopping.wait(atMost: delay(attempt: crashes - 1)) { return }
      }
    }
  }

  private enum Outcome {
    case ended(Int)
    case cannotStart(ContainerStartError)
  }

  private func delay(attempt: Int) -> Duration {
    var random = SeededRandom(seed: 0)
    return Self.backoff.delay(attempt: attempt, using: &random)
  }

  private func backOff(attempt: Int) async {
    let wait = delay(attempt: attempt)
    let pod = handle.key
    reporter.update(name) { state in
      if case .terminated(let end) = state.phase { state.last = end }
      state.phase = .waiting(
        reason: "CrashLoopBackOff",
        message: "back-off \(wait.goText) restarting failed container=\(state.name) pod=\(pod)"
      )
    }
    _ = await handle.stopping.wait(atMost: wait)
  }

  private func runOnce() async -> Outcome {
    let process: ProcessCommand
    do throws(ContainerStartError) {
      guard let pod = store.get(.pods, namespace: handle.key.namespace, name: handle.key.name) else {
        return .ended(0)
      }
      process = try command.process(of: container, pod: pod)
    } catch {
      return .cannotStart(error)
    }
    let current = Locked<pid_t?>(nil)
    let started = Gate()
    let since = store.sources.now()
    let result = await withTaskGroup(of: Int?.self) { group in
      group.addTask { await self.execute(process, since: since, current: current, started: started) }
      group.addTask {
        await started.wait()
        await self.probe(process, current: current)
        return nil
      }
      var code: Int?
      while let next = await group.next() {
        guard let next else { continue }
        code = next
        break
      }
      group.cancelAll()
      return code ?? 0
    }
    let end = store.sources.now()
    reporter.update(name) { state in
      state.isReady = false
      state.isStarted = false
      if case .terminated(let last) = state.phase { state.last = last }
      state.phase = .terminated(
        .init(
          exitCode: result,
          reason: result == 0 ? "Completed" : "Error",
          startedAt: since,
          finishedAt: end
        )
      )
    }
    return .ended(result)
  }

  private func execute(
    _ process: ProcessCommand,
    since: Instant,
    current: Locked<pid_t?>,
    started: Gate
  ) async -> Int {
    let name = name
    do {
      let code = try await LocalProcess.run(process, output: { self.handle.log(name, $0) }) { pid in
        current.withLock { $0 = pid }
        self.handle.processStarted(pid)
        self.reporter.update(name) { state in
          if case .terminated(let end) = state.phase { state.last = end }
          state.phase = .running(since: since)
          state.isStarted = self.container["startupProbe"] == nil
          state.isReady = state.isStarted && self.container["readinessProbe"] == nil
        }
        started.open()
      }
      if let pid = current.withLock({ $0 }) { handle.processEnded(pid) }
      return code
    } catch {
      handle.log(name, Array("cannot start \(process.arguments.first ?? ""): \(error)\n".utf8))
      return 128
    }
  }

  /// Runs the probes until cancelled: first the startup probe, then readiness and liveness beside each other.
  private func probe(_ process: ProcessCommand, current: Locked<pid_t?>) async {
    let runner = ProbeRunner(address: handle.address, environment: process.environment)
    let name = name
    let kill = { @Sendable in
      if let pid = current.withLock({ $0 }) { PodHandle.signal(SIGTERM, to: pid) }
    }
    if let startup = Probe(container["startupProbe"], container: container) {
      let hasStarted = await ProbeLoop(probe: startup, runner: runner).untilPassed()
      guard hasStarted else { return kill() }
      let isReady = container["readinessProbe"] == nil
      reporter.update(name) { state in
        state.isStarted = true
        state.isReady = isReady
      }
    }
    await withDiscardingTaskGroup { group in
      if let readiness = Probe(container["readinessProbe"], container: container) {
        group.addTask {
          await ProbeLoop(probe: readiness, runner: runner).run(isPassing: false, isEager: true) { passing in
            self.reporter.update(name) { $0.isReady = passing }
            return true
          }
        }
      }
      if let liveness = Probe(container["livenessProbe"], container: container) {
        group.addTask {
          await ProbeLoop(probe: liveness, runner: runner).run(isPassing: true, isEager: false) { passing in
            if !passing { kill() }
            return passing
          }
        }
      }
    }
  }
}
