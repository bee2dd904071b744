import AnalysisCore
import KubeClient
import KubeModel
import Primitives

/// Measures by Jobs through the Kubernetes API (reference, section 4.6).
struct JobMeasurer: Sendable {
  let client: KubeClient
  /// Where Jobs run; nil for the namespace of each run.
  let namespace: String?
  /// Whether Jobs run in another cluster than the runs, so that no run can own one.
  let isElsewhere: Bool
  let now: @Sendable () -> Instant

  /// Creates the Job of a measurement, or finds the one that was made before a crash.
  func begin(
    _ provider: JSONValue,
    of run: JSONValue,
    metric: String,
    number: Int
  ) async throws(KubeError) -> Measurement {
    let namespace = namespace ?? run.namespace
    let job = JobMeasurement.job(
      provider: provider,
      of: run,
      metric: metric,
      number: number,
      namespace: namespace,
      isElsewhere: isElsewhere
    )
    let startedAt = now()
    do throws(KubeError) {
      let created = try await client.create(.jobs, job)
      return measurement(of: created, pods: [], startedAt: startedAt)
    } catch  where error.code == .alreadyExists {
      let present = try await client.get(.jobs, namespace: namespace, name: job.name)
      guard JobMeasurement.isOwn(present, of: run) else { throw error }
      return try await look(at: present, startedAt: present.creationTimestamp ?? startedAt)
    }
  }

  /// Looks again at the Job of a measurement in flight.
  func resume(_ reference: JobReference, startedAt: Instant) async throws(KubeError) -> Measurement {
    let job = try await client.get(.jobs, namespace: reference.namespace, name: reference.name)
    return try await look(at: job, startedAt: startedAt)
  }

  /// Deletes a Job and its pods; one that is gone is as good.
  func delete(_ reference: JobReference) async throws(KubeError) {
    do throws(KubeError) {
      let options = DeleteOptions(propagation: .foreground)
      try await client.delete(.jobs, namespace: reference.namespace, name: reference.name, options)
    } catch  where error.code == .notFound {}
  }

  private func look(at job: JSONValue, startedAt: Instant) async throws(KubeError) -> Measurement {
    let isOver = measurement(of: job, pods: [], startedAt: startedAt).phase.isCompleted
    let pods = isOver ? [] : try await pods(of: job)
    return measurement(of: job, pods: pods, startedAt: startedAt)
  }

  private func pods(of job: JSONValue) async throws(KubeError) -> [JSONValue] {
    let selector = LabelSelector(matchLabels: ["job-name": job.name])
    return try await client.list(.pods, namespace: job.namespace, selector: selector).items
  }

  private func measurement(of job: JSONValue, pods: [JSONValue], startedAt: Instant) -> Measurement {
    JobMeasurement.measurement(
      job: job,
      pods: pods,
      startedAt: startedAt,
      now: now(),
      metadata: JobReference(namespace: job.namespace, name: job.name).metadata
    )
  }
}
