import AnalysisCore
import HTTPTransport
import KubeClient
import KubeModel
import Logging
import MetricProviders
import Primitives

/// What asking a provider over HTTP comes to.
extension Measurer {
  /// The measurement by the metric's provider, and by that of `minSamples` at the same time.
  func ask(
    _ metric: MetricSpec,
    _ request: Request,
    startedAt: Instant,
    redacting secrets: [String]
  ) async -> TakenMeasurement? {
    if let comparison = Comparison(metric, comparing: request.comparisons) {
      return await compare(comparison, metric, request, startedAt: startedAt, redacting: secrets)
    }
    async let counting = countSamples(metric, request)
    let reply = await ask(metric.provider, metric, request, resuming: request.inFlight, hiding: secrets)
    let samples = await counting
    guard case .answered(let answer) = reply else {
      return unanswered(reply, request, redacting: secrets)
    }
    switch samples {
    case .enough: break
    case .none(let reply): return unanswered(reply, request, redacting: secrets)
    case .unknown(let reason):
      return failed(metric, request, answer, reason, startedAt: startedAt, redacting: secrets)
    case .counted(let count):
      let insufficient = metric.insufficientMeasurement(
        of: answer.value ?? .missing,
        samples: count,
        startedAt: startedAt,
        finishedAt: now(),
        redacting: secrets
      )
      if let insufficient { return TakenMeasurement(metric: request.metric, measurement: insufficient) }
    }
    return taken(metric, request, answer, startedAt: startedAt, redacting: secrets)
  }

  private func taken(
    _ metric: MetricSpec,
    _ request: Request,
    _ answer: ProviderAnswer,
    startedAt: Instant,
    redacting secrets: [String]
  ) -> TakenMeasurement {
    let startedAt = request.inFlight?.startedAt ?? startedAt
    let finishedAt = now()
    var measurement: Measurement
    switch answer.outcome {
    case .error(let reason):
      return failed(metric, request, answer, reason, startedAt: startedAt, redacting: secrets)
    case .value(let value):
      measurement = metric.measurement(
        of: value,
        valueText: answer.valueText,
        metadata: answer.metadata,
        shortfall: answer.shortfall,
        isEmpty: answer.isEmpty,
        startedAt: startedAt,
        finishedAt: finishedAt,
        zoneFile: ZoneFiles.read,
        redacting: secrets
      )
    case .verdict(let phase):
      measurement = Measurement(phase: phase, value: answer.valueText, startedAt: startedAt)
      measurement.message = answer.message
      measurement.finishedAt = finishedAt
      measurement.metadata = answer.metadata
    case .unfinished(let resumeAfter):
      measurement = Measurement(phase: .running, value: answer.valueText, startedAt: startedAt)
      measurement.message = answer.message
      measurement.resumeAt = finishedAt + resumeAfter
      measurement.metadata = answer.metadata
    }
    return TakenMeasurement(metric: request.metric, measurement: measurement)
  }

  private func failed(
    _ metric: MetricSpec,
    _ request: Request,
    _ answer: ProviderAnswer,
    _ reason: String,
    startedAt: Instant,
    redacting secrets: [String]
  ) -> TakenMeasurement {
    let measurement = metric.measurement(
      failing: reason,
      metadata: answer.metadata,
      startedAt: startedAt,
      finishedAt: now(),
      redacting: secrets
    )
    return TakenMeasurement(metric: request.metric, measurement: measurement)
  }

  /// Nil when it was cancelled.
  func unanswered(
    _ reply: EndpointScheduler.Reply,
    _ request: Request,
    redacting secrets: [String]
  ) -> TakenMeasurement? {
    guard case .away(let postponement) = reply else { return nil }
    return TakenMeasurement(metric: request.metric, postponed: postponement.redacting(secrets))
  }

  /// Asks through the endpoint's scheduler, for a new measurement or after one in flight.
  func ask(
    _ provider: ProviderSpec,
    _ metric: MetricSpec,
    _ request: Request,
    resuming inFlight: Measurement? = nil,
    hiding confidential: [String] = []
  ) async -> EndpointScheduler.Reply {
    if case .plugin(let query) = provider {
      let question = question(query, metric, request, inFlight, confidential)
      return await schedulers.scheduler(for: provider.name).ask(EndpointQuestion(provider, namespace: "")) {
        await plugins.answer(question, verb: inFlight == nil ? "run" : "resume")
      }
    }
    let context: ProviderContext
    do throws(KubeError) {
      context = try await self.context(provider, metric, request)
    } catch {
      let retryAt = now() + (error.retryAfter ?? .seconds(2))
      return .away(Postponement(reason: error.message, since: now(), retryAt: retryAt))
    }
    let isOwn = context.secrets.keys.contains { $0.place == .run }
    let question = EndpointQuestion(provider, namespace: isOwn ? request.run.namespace : "")
    let endpoint = provider.endpoint(prometheusAddress: options.prometheusAddress)
    return await schedulers.scheduler(for: endpoint).ask(question) {
      guard let inFlight else {
        return await MetricProviders.measure(provider: provider, context: context)
      }
      return await MetricProviders.resume(provider: provider, metadata: inFlight.metadata, context: context)
    }
  }

  private func question(
    _ query: PluginQuery,
    _ metric: MetricSpec,
    _ request: Request,
    _ inFlight: Measurement?,
    _ confidential: [String]
  ) -> PluginHost.MetricQuestion {
    PluginHost.MetricQuestion(
      name: query.name,
      config: query.config,
      metric: metric.name,
      run: request.run,
      inFlight: inFlight,
      secrets: confidential
    )
  }

  /// Tells the metric's plugin that nobody waits for its measurement any more.
  func terminate(_ request: Request) async {
    var values: [SecretKeyReference: String] = [:]
    do throws(KubeError) {
      if case .success(let found) = try await secrets.values(
        of: request.secrets,
        namespace: request.run.namespace
      ) {
        values = found
      }
    } catch {
      logger.warning("\(error.message)", metadata: [LogKey.run: "\(ObjectKey(request.run))"])
    }
    guard let metric = metric(of: request, values), case .plugin(let query) = metric.provider else { return }
    let question = question(query, metric, request, request.inFlight, Array(values.values))
    if let reason = await plugins.answer(question, verb: "terminate").error {
      logger.warning("\(reason)", metadata: [LogKey.run: "\(ObjectKey(request.run))"])
    }
  }

  /// What the provider reads beside the metric's own fields; a Secret that is not there is left out.
  private func context(
    _ provider: ProviderSpec,
    _ metric: MetricSpec,
    _ request: Request
  ) async throws(KubeError) -> ProviderContext {
    var found: [ProviderSecret: [String: String]] = [:]
    for secret in provider.neededSecrets(environment: options.environment) {
      let namespace = secret.place == .run ? request.run.namespace : options.controllerNamespace
      found[secret] = try await secrets.data(of: secret.name, namespace: namespace)
    }
    return ProviderContext(
      client: http,
      session: session,
      now: now(),
      environment: options.environment,
      secrets: found,
      runStartedAt: request.run.status["startedAt"]?.string.flatMap(Instant.init),
      interval: metric.interval,
      readFile: options.readFile
    )
  }

  /// What is known of the number of requests behind a value.
  private enum Samples {
    /// Nobody wants to know.
    case enough
    case counted(Double)
    /// The provider said something else than a number; with the reason.
    case unknown(String)
    /// The provider did not answer.
    case none(EndpointScheduler.Reply)
  }

  private func countSamples(_ metric: MetricSpec, _ request: Request) async -> Samples {
    guard let provider = metric.minSamples?.provider else { return .enough }
    let reply = await ask(provider, metric, request)
    guard case .answered(let answer) = reply else { return .none(reply) }
    guard let value = answer.value else { return .unknown("minSamples: \(answer.error ?? "no answer")") }
    guard let samples = MinimumSamples.samples(in: value) else {
      return .unknown("minSamples: the answer holds something else than numbers: \(answer.valueText)")
    }
    return .counted(samples)
  }
}
