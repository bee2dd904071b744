import AnalysisCore
import HTTPTransport
import KubeClient
import KubeModel
import Logging
import MetricProviders
import Primitives

/// Takes one measurement of one metric: reads its Secrets, asks its provider, lets the conditions decide.
struct Measurer: Sendable {
  /// What to measure.
  struct Request: Sendable {
    let run: JSONValue
    let metric: String
    /// The metric as it was read before; nil to read it with the values of the Secrets.
    let known: MetricSpec?
    let secrets: [SecretKeyReference]
    /// The measurement in flight that is to be looked at again; nil for a new one.
    let inFlight: Measurement?
    /// Counts the measurements of the metric from 1.
    let number: Int

    /// How many comparisons share the risk of a false alarm of the release.
    var comparisons: Int { ReleaseComparisons.shared(by: run) }
  }

  let secrets: SecretReader
  let jobs: JobMeasurer
  let plugins: PluginHost
  let schedulers: EndpointSchedulers
  let http: HTTPClient
  let options: AnalysisOptions
  /// Tokens that were fetched for providers.
  let session = ProviderSession()
  /// The canary's weight in percent of the rollout whose run it is; nil when it is not known.
  let weight: @Sendable (JSONValue) -> Double?
  let now: @Sendable () -> Instant
  let logger: Logger

  /// The measurement; nil when it was cancelled, or when the metric is none that can be measured.
  func take(_ request: Request) async -> TakenMeasurement? {
    let startedAt = now()
    let taken: TakenMeasurement?
    do throws(KubeError) {
      taken = try await measure(request, startedAt: startedAt)
    } catch {
      taken = unanswered(error, request, startedAt: startedAt)
    }
    if let taken { log(taken, request) }
    return Task.isCancelled ? nil : taken
  }

  private func measure(_ request: Request, startedAt: Instant) async throws(KubeError) -> TakenMeasurement? {
    var values: [SecretKeyReference: String] = [:]
    if !request.secrets.isEmpty {
      switch try await secrets.values(of: request.secrets, namespace: request.run.namespace) {
      case .success(let found): values = found
      case .failure(let missing): return failed(request, missing.description, startedAt: startedAt)
      }
    }
    guard let metric = metric(of: request, values) else { return nil }
    if case .job(let provider) = metric.provider {
      let measurement = try await measure(provider, request)
      return TakenMeasurement(metric: request.metric, measurement: measurement)
    }
    return await ask(metric, request, startedAt: startedAt, redacting: Array(values.values))
  }

  /// Nil when the run has none of that name, or when its arguments cannot be put in: the run's next plan says so.
  func metric(of request: Request, _ secrets: [SecretKeyReference: String]) -> MetricSpec? {
    if let known = request.known { return known }
    do throws(ArgumentError) {
      return try metricToMeasure(request.metric, of: request.run, secrets: secrets)
    } catch {
      return nil
    }
  }

  private func measure(_ provider: JSONValue, _ request: Request) async throws(KubeError) -> Measurement {
    if let inFlight = request.inFlight, let reference = JobReference(metadata: inFlight.metadata) {
      return try await jobs.resume(reference, startedAt: inFlight.startedAt ?? now())
    }
    return try await jobs.begin(provider, of: request.run, metric: request.metric, number: request.number)
  }

  /// The cluster's own outages are no more a canary's failure than those of a provider.
  private func unanswered(_ error: KubeError, _ request: Request, startedAt: Instant) -> TakenMeasurement {
    guard error.retryAfter != nil || error.isTransient else {
      return failed(request, error.message, startedAt: startedAt)
    }
    let postponement = Postponement(
      reason: error.message,
      since: startedAt,
      retryAt: now() + (error.retryAfter ?? .seconds(2))
    )
    return TakenMeasurement(metric: request.metric, postponed: postponement)
  }

  private func failed(_ request: Request, _ reason: String, startedAt: Instant) -> TakenMeasurement {
    let measurement = Measurement(
      phase: .error,
      message: reason,
      startedAt: startedAt,
      finishedAt: now(),
      metadata: request.inFlight?.metadata ?? [:]
    )
    return TakenMeasurement(metric: request.metric, measurement: measurement)
  }

  private func log(_ taken: TakenMeasurement, _ request: Request) {
    guard logger.logLevel <= .debug else { return }
    var metadata: Logger.Metadata = [LogKey.run: "\(ObjectKey(request.run))", "metric": "\(request.metric)"]
    switch taken.outcome {
    case .measured(let measurement):
      metadata["phase"] = "\(measurement.phase.rawValue)"
      metadata["value"] = "\(measurement.value)"
    case .postponed(let postponement): metadata["postponed"] = "\(postponement.reason)"
    }
    logger.debug("measured", metadata: metadata)
  }
}
