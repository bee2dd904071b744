import KubeModel
import Primitives

/// What a Job wants done, decided from it and its pods.
struct JobPlan: Sendable, Equatable {
  var create = 0
  /// Names of pods to delete because the Job has ended.
  var delete: [String] = []
  var status: JSONValue = .object([:])
  var wake: Instant?
  /// Whether the Job has outlived its `ttlSecondsAfterFinished`.
  var isExpired = false

  /// The wait after the first failed pod; it doubles with each further one. Kubernetes waits ten seconds, which
  /// nobody wants on a cluster that lives for minutes.
  private static let backoff = Backoff(base: .seconds(1), limit: .seconds(360), jitter: 0)

  /// Decides for one Job that is not being deleted; `pods` are those that it controls.
  static func make(job: JSONValue, pods: [JSONValue], now: Instant) -> JobPlan {
    var plan = JobPlan()
    plan.status = job.status
    if let end = finish(of: job) {
      plan.expire(job, ended: end, now: now)
      return plan
    }
    let views = pods.map(PodView.init)
    let counts = Counts(job: job, views: views)
    let start = job.status["startTime"]?.string.flatMap(Instant.init) ?? now
    plan.status["startTime"] = .string(start.rfc3339)
    plan.count(counts)
    if job.spec["suspend"]?.bool == true {
      plan.delete = views.filter(\.isActive).map(\.pod.name)
      return plan
    }
    if let verdict = verdict(job: job, counts: counts, start: start, now: now) {
      plan.end(verdict, active: views.filter(\.isActive), now: now)
      return plan
    }
    plan.grow(counts, failures: views.filter { $0.phase == "Failed" }, now: now)
    if let deadline = job.spec["activeDeadlineSeconds"]?.int {
      let end = start + .seconds(deadline)
      plan.wake = plan.wake.map { min($0, end) } ?? end
    }
    return plan
  }

  private struct Counts {
    let active: Int
    let ready: Int
    let succeeded: Int
    let failed: Int
    /// Failed pods and, where the kubelet restarts containers, their restarts.
    let attempts: Int
    let completions: Int
    let parallelism: Int

    init(job: JSONValue, views: [PodView]) {
      active = views.filter(\.isActive).count
      ready = views.filter { $0.isActive && $0.isReady }.count
      succeeded = views.filter { $0.phase == "Succeeded" }.count
      failed = views.filter { $0.phase == "Failed" }.count
      attempts = failed + views.filter(\.isActive).reduce(0) { $0 + $1.restarts }
      parallelism = job.spec["parallelism"]?.int ?? 1
      completions = job.spec["completions"]?.int ?? parallelism
    }
  }

  private mutating func count(_ counts: Counts) {
    func positive(_ count: Int) -> JSONValue? { count > 0 ? JSONValue(count) : nil }
    status["active"] = positive(counts.active)
    status["ready"] = JSONValue(counts.ready)
    status["succeeded"] = positive(counts.succeeded)
    status["failed"] = positive(counts.failed)
  }

  private static func finish(of job: JSONValue) -> Instant? {
    job.status["conditions"]?.array?.map(Condition.init).first {
      ["Complete", "Failed"].contains($0.type) && $0.status == "True"
    }.map { $0.lastTransitionTime ?? Instant(secondsSinceEpoch: 0) }
  }

  private static func verdict(job: JSONValue, counts: Counts, start: Instant, now: Instant) -> Condition? {
    if counts.succeeded >= counts.completions {
      return Condition(
        type: "Complete",
        status: "True",
        reason: "CompletionsReached",
        message: "Reached expected number of succeeded pods"
      )
    }
    if let deadline = job.spec["activeDeadlineSeconds"]?.int, now >= start + .seconds(deadline) {
      return Condition(
        type: "Failed",
        status: "True",
        reason: "DeadlineExceeded",
        message: "Job was active longer than specified deadline"
      )
    }
    guard counts.attempts > job.spec["backoffLimit"]?.int ?? 6 else { return nil }
    return Condition(
      type: "Failed",
      status: "True",
      reason: "BackoffLimitExceeded",
      message: "Job has reached the specified backoff limit"
    )
  }

  private mutating func end(_ verdict: Condition, active: [PodView], now: Instant) {
    var verdict = verdict
    verdict.lastTransitionTime = now
    var condition = verdict.json
    condition["lastProbeTime"] = .string(now.rfc3339)
    status["conditions"] = .array((status["conditions"]?.array ?? []) + [condition])
    if verdict.type == "Complete" { status["completionTime"] = .string(now.rfc3339) }
    status["active"] = nil
    status["ready"] = 0
    delete = active.map(\.pod.name)
    wake = now + .seconds(1)
  }

  private mutating func grow(_ counts: Counts, failures: [PodView], now: Instant) {
    let wanted = min(counts.parallelism, counts.completions - counts.succeeded)
    guard wanted > counts.active else { return }
    var random = SeededRandom(seed: 0)
    if let last = failures.compactMap(Self.endOf).max() {
      let due = last + Self.backoff.delay(attempt: failures.count - 1, using: &random)
      guard due <= now else {
        wake = due
        return
      }
    }
    create = wanted - counts.active
  }

  private static func endOf(_ view: PodView) -> Instant? {
    (view.pod.status["containerStatuses"]?.array ?? []).compactMap {
      $0.at("state", "terminated", "finishedAt")?.string.flatMap(Instant.init)
    }.max() ?? view.pod.creationTimestamp
  }

  private mutating func expire(_ job: JSONValue, ended: Instant, now: Instant) {
    guard let seconds = job.spec["ttlSecondsAfterFinished"]?.int else { return }
    let due = ended + .seconds(seconds)
    if due <= now { isExpired = true } else { wake = due }
  }
}
