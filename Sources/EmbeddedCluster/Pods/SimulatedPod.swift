import KubeModel
import Primitives

/// The life of a pod that is only simulated, as a function of time and of the pod's annotations:
///
/// - `serin.dev/start-delay` and `serin.dev/ready-delay`: durations until it runs and, from then, until it is ready
///   (nothing and 50 ms when absent);
/// - `serin.dev/never-ready`, `serin.dev/crash-loop`, `serin.dev/image-pull-error`: what goes wrong, when `"true"`;
/// - `serin.dev/run-time` and `serin.dev/exit-code`: when and how a pod ends that is not restarted (50 ms, 0).
enum SimulatedPod {
  /// The status of the pod at this time, and when it changes next without an event.
  static func status(
    of pod: JSONValue,
    address: String,
    since start: Instant,
    now: Instant
  ) -> (status: JSONValue, wake: Instant?) {
    let starts = start + delay(pod, "start-delay", .zero)
    func make(_ phase: String, _ change: (inout ContainerState) -> Void) -> JSONValue {
      let containers = (pod.spec["containers"]?.array ?? []).map { container in
        var state = ContainerState(container: container)
        change(&state)
        return state
      }
      return PodStatus.make(pod: pod, phase: phase, address: address, containers: containers, now: now)
    }
    guard now >= starts else { return (make("Pending") { _ in }, starts) }
    if flag(pod, "image-pull-error") {
      let status = make("Pending") { state in
        state.phase = .waiting(
          reason: "ErrImagePull",
          message: "failed to pull image \"\(state.image)\": not found (simulated)"
        )
      }
      return (status, nil)
    }
    if flag(pod, "crash-loop") { return crashing(starts: starts, now: now, make: make) }
    if let policy = pod.spec["restartPolicy"]?.string, policy != "Always" {
      return running(pod, starts: starts, now: now, make: make)
    }
    let ready = starts + delay(pod, "ready-delay", .milliseconds(50))
    let isReady = now >= ready && !flag(pod, "never-ready")
    let status = make("Running") { state in
      state.phase = .running(since: starts)
      state.isStarted = true
      state.isReady = isReady
    }
    return (status, now < ready ? ready : nil)
  }

  private typealias Make = (String, (inout ContainerState) -> Void) -> JSONValue

  /// A pod that runs to its end, as those of Jobs do.
  private static func running(
    _ pod: JSONValue,
    starts: Instant,
    now: Instant,
    make: Make
  ) -> (JSONValue, Instant?) {
    let ends = starts + delay(pod, "run-time", .milliseconds(50))
    let code = pod.annotations["serin.dev/exit-code"].flatMap { Int($0) } ?? 0
    guard now >= ends else {
      let status = make("Running") { state in
        state.phase = .running(since: starts)
        (state.isStarted, state.isReady) = (true, true)
      }
      return (status, ends)
    }
    let status = make(code == 0 ? "Succeeded" : "Failed") { state in
      state.phase = .terminated(
        .init(exitCode: code, reason: code == 0 ? "Completed" : "Error", startedAt: starts, finishedAt: ends)
      )
    }
    return (status, nil)
  }

  /// A container that ends at once whenever it is started, with growing waits in between.
  private static func crashing(starts: Instant, now: Instant, make: Make) -> (JSONValue, Instant?) {
    var (restarts, at, wait) = (0, starts, Duration.seconds(1))
    while at + wait <= now {
      at = at + wait
      restarts += 1
      wait = min(wait * 2, .seconds(300))
    }
    let status = make("Running") { state in
      let end = ContainerState.Termination(exitCode: 1, reason: "Error", startedAt: at, finishedAt: at)
      state.phase = .waiting(
        reason: "CrashLoopBackOff",
        message: "back-off \(wait.goText) restarting failed container=\(state.name)"
      )
      state.last = end
      state.restarts = restarts
    }
    return (status, at + wait)
  }

  static func flag(_ pod: JSONValue, _ name: String) -> Bool {
    pod.annotations["serin.dev/\(name)"] == "true"
  }

  private static func delay(_ pod: JSONValue, _ name: String, _ standard: Duration) -> Duration {
    pod.annotations["serin.dev/\(name)"].flatMap(Duration.init(go:)) ?? standard
  }
}
