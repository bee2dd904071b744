import AnalysisCore
package import HTTPTransport
package import KubeClient
package import KubeModel
package import KubeRuntime
package import Logging
import MetricProviders
package import Primitives

/// Measures what an AnalysisRun has due, folds the answers into its status, and writes that once.
///
/// All metrics that are due are asked at the same time; each has its provider's own deadline.
package struct AnalysisReconciler: Sendable {
  private let client: KubeClient
  private let runs: Store
  private let http: HTTPClient
  private let mayWrite: @Sendable () -> Bool
  private let now: @Sendable () -> Instant
  private let logger: Logger

  package init(
    client: KubeClient,
    runs: Store,
    http: HTTPClient,
    mayWrite: @escaping @Sendable () -> Bool,
    now: @escaping @Sendable () -> Instant,
    logger: Logger
  ) {
    self.client = client
    self.runs = runs
    self.http = http
    self.mayWrite = mayWrite
    self.now = now
    self.logger = logger
  }

  package func reconcile(_ key: ObjectKey) async -> ReconcileResult {
    guard mayWrite(), let run = runs[key], !run.isBeingDeleted else { return .done }
    do throws(KubeError) {
      if let expiry = analysisRunExpiry(run) { return try await expire(run, at: expiry) }
      let due = planAnalysisRun(run: run, now: now())
      let taken = try await measure(due, of: run)
      let plan = taken.isEmpty ? due : foldMeasurements(taken, into: run, now: now())
      if let next = plan.nextStatus { try await write(next, to: run) }
      return plan.wake.map { .again(after: max(.milliseconds(5), $0 - now())) } ?? .done
    } catch {
      let isRace = error.code == .conflict || error.code == .notFound
      logger.log(level: isRace ? .debug : .warning, "\(error.message)", metadata: [LogKey.run: "\(key)"])
      return .failed(retryAfter: isRace ? .milliseconds(50) : error.retryAfter)
    }
  }

  private func expire(_ run: JSONValue, at expiry: Instant) async throws(KubeError) -> ReconcileResult {
    let rest = expiry - now()
    guard rest <= .zero else { return .again(after: rest) }
    let options = DeleteOptions(uid: run.uid)
    try await client.delete(.analysisRuns, namespace: run.namespace, name: run.name, options)
    return .done
  }

  private func measure(_ plan: AnalysisPlan, of run: JSONValue) async throws(KubeError) -> [TakenMeasurement]
  {
    guard !plan.measure.isEmpty else { return [] }
    let secrets: [SecretKeyReference: String]
    switch try await read(plan.secrets, namespace: run.namespace) {
    case .success(let values): secrets = values
    case .failure(let missing): return plan.measure.map { failed($0, of: run, because: missing.description) }
    }
    return await withTaskGroup(of: TakenMeasurement?.self) { group in
      for name in plan.measure {
        group.addTask { await self.measure(name, of: run, secrets: secrets) }
      }
      var taken: [TakenMeasurement] = []
      for await measurement in group { if let measurement { taken.append(measurement) } }
      return taken
    }
  }

  private func measure(
    _ name: String,
    of run: JSONValue,
    secrets: [SecretKeyReference: String]
  ) async -> TakenMeasurement? {
    let startedAt = now()
    let metric: MetricSpec
    do throws(ArgumentError) {
      guard let found = try metricToMeasure(name, of: run, secrets: secrets) else { return nil }
      metric = found
    } catch {
      return nil  // The next plan of this run says so in its status.
    }
    let context = ProviderContext(client: http, now: startedAt)
    let answer = await MetricProviders.measure(provider: metric.provider, context: context)
    let measurement =
      if let reason = answer.error {
        metric.measurement(
          failing: reason,
          metadata: answer.metadata,
          startedAt: startedAt,
          finishedAt: now(),
          redacting: secrets.values
        )
      } else {
        metric.measurement(
          of: answer.value ?? .missing,
          valueText: answer.valueText,
          metadata: answer.metadata,
          startedAt: startedAt,
          finishedAt: now(),
          redacting: secrets.values
        )
      }
    logger.info(
      "measured",
      metadata: [
        LogKey.run: "\(ObjectKey(run))", "metric": "\(name)", "phase": "\(measurement.phase.rawValue)",
        "value": "\(measurement.value)",
      ]
    )
    return TakenMeasurement(metric: name, measurement: measurement)
  }

  /// A measurement that could not even be tried, so that the run's own limits end it.
  private func failed(_ name: String, of run: JSONValue, because reason: String) -> TakenMeasurement {
    let time = now()
    let measurement = Measurement(phase: .error, message: reason, startedAt: time, finishedAt: time)
    return TakenMeasurement(metric: name, measurement: measurement)
  }

  /// A Secret, or a key of one, that an argument names and that is not there.
  private struct MissingSecret: Error, CustomStringConvertible {
    let description: String
  }

  private func read(
    _ references: [SecretKeyReference],
    namespace: String
  ) async throws(KubeError) -> Result<[SecretKeyReference: String], MissingSecret> {
    var values: [SecretKeyReference: String] = [:]
    for reference in references {
      let secret: JSONValue
      do throws(KubeError) {
        secret = try await client.get(.secrets, namespace: namespace, name: reference.name)
      } catch {
        guard error.code == .notFound || error.code == .forbidden else { throw error }
        return .failure(MissingSecret(description: error.message))
      }
      guard let encoded = secret.at("data", reference.key)?.string, let bytes = Base64.decode(encoded) else {
        let name = "\(namespace)/\(reference.name)"
        return .failure(MissingSecret(description: "Secret \(name) has no readable key \"\(reference.key)\""))
      }
      values[reference] = String(decoding: bytes, as: UTF8.self)
    }
    return .success(values)
  }

  private func write(_ status: JSONValue, to run: JSONValue) async throws(KubeError) {
    guard let patch = MergePatch.difference(from: run.status, to: status) else { return }
    // An AnalysisRun has no status subresource.
    let body: JSONValue = ["metadata": ["resourceVersion": .string(run.resourceVersion)], "status": patch]
    let written = try await client.patch(
      .analysisRuns,
      namespace: run.namespace,
      name: run.name,
      .merge(body)
    )
    runs.noteWritten(written)
  }
}
