package import AnalysisCore
import HTTPTransport
import Primitives

/// Asks the provider of a metric, whose arguments have been put in, once.
///
/// Never throws: whatever goes wrong is an answer with an error, in which no secret stands. The time limit is the
/// spec's.
package func measure(provider: ProviderSpec, context: ProviderContext) async -> ProviderAnswer {
  let answer = await ask(provider, context)
  return answer.mapTexts(Redaction(provider: provider, context: context).apply)
}

/// Asks again for a measurement that was unfinished, found by the metadata that came with it.
package func resume(
  provider: ProviderSpec,
  metadata: [String: String],
  context: ProviderContext
) async -> ProviderAnswer {
  guard case .kayenta(let judgement) = provider else {
    return ProviderAnswer(error: "a measurement by \(provider.name) cannot be resumed over HTTP")
  }
  let answer = await KayentaProvider.resume(judgement, metadata: metadata, context: context)
  return answer.mapTexts(Redaction(provider: provider, context: context).apply)
}

/// What is worth keeping about the question itself, for the metadata of a metric's results.
package func metricMetadata(of provider: ProviderSpec) -> [String: String] {
  switch provider {
  case .prometheus(let query): ["ResolvedPrometheusQuery": query.query]
  case .newRelic(let query): ["ResolvedNewRelicQuery": query.query]
  default: [:]
  }
}

private func ask(_ provider: ProviderSpec, _ context: ProviderContext) async -> ProviderAnswer {
  switch provider {
  case .prometheus(let query): await PrometheusProvider.measure(query, context: context)
  case .web(let query): await WebProvider.measure(query, context: context)
  case .datadog(let query): await DatadogProvider.measure(query, context: context)
  case .newRelic(let query): await NewRelicProvider.measure(query, context: context)
  case .wavefront(let query): await WavefrontProvider.measure(query, context: context)
  case .kayenta(let judgement): await KayentaProvider.start(judgement, context: context)
  case .cloudWatch(let query): await CloudWatchProvider.measure(query, context: context)
  case .graphite(let query): await GraphiteProvider.measure(query, context: context)
  case .influxDB(let query): await InfluxDBProvider.measure(query, context: context)
  case .skyWalking(let query): await SkyWalkingProvider.measure(query, context: context)
  case .plugin(let plugin):
    ProviderAnswer(error: "cannot ask the plugin \(plugin.name) over HTTP; the controller runs it")
  case .job: ProviderAnswer(error: "cannot measure by a Job over HTTP; the controller runs it")
  case .unsupported(let name):
    ProviderAnswer(error: "the metric provider \"\(name)\" is not supported")
  }
}
