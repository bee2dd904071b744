package import AnalysisCore
package import HTTPTransport
package import Primitives

/// Asks the provider of a metric, whose arguments have been put in, once.
///
/// Never throws: whatever goes wrong is an answer with an error. The time limit is the spec's. `now` is what a
/// range query's expressions count from, `defaultPrometheusAddress` the server for Prometheus queries that name none.
package func measure(
  provider: ProviderSpec,
  client: HTTPClient,
  now: Instant,
  defaultPrometheusAddress: String = ""
) async -> ProviderAnswer {
  switch provider {
  case .prometheus(let query):
    await ask("prometheus", client) { () throws(ProviderSpecError) in
      try PrometheusProvider.request(for: query, now: now, defaultAddress: defaultPrometheusAddress)
    } parse: {
      PrometheusProvider.answer(from: $0)
    }
  case .web(let query):
    await ask("web", client) { () throws(ProviderSpecError) in
      try WebProvider.request(for: query)
    } parse: {
      WebProvider.answer(from: $0, jsonPath: query.jsonPath)
    }
  case .job:
    ProviderAnswer(error: "cannot measure by a Job over HTTP; the controller runs it")
  case .unsupported(let name):
    ProviderAnswer(error: "the metric provider \"\(name)\" is not supported")
  }
}

/// What is worth keeping about the question itself, for the metadata of a metric's results.
package func metricMetadata(of provider: ProviderSpec) -> [String: String] {
  guard case .prometheus(let query) = provider else { return [:] }
  return ["ResolvedPrometheusQuery": query.query]
}

private func ask(
  _ name: String,
  _ client: HTTPClient,
  request build: () throws(ProviderSpecError) -> HTTPRequest,
  parse: (HTTPResponse) -> ProviderAnswer
) async -> ProviderAnswer {
  let request: HTTPRequest
  do throws(ProviderSpecError) {
    request = try build()
  } catch {
    return ProviderAnswer(error: "cannot query \(name): \(error)")
  }
  do throws(HTTPError) {
    let response = try await client.send(request)
    let answer = parse(response)
    guard let error = answer.error else { return answer }
    return ProviderAnswer(
      error: "cannot query \(name): \(request.summary): \(error)",
      metadata: answer.metadata,
      isOutage: answer.isOutage || response.saysOutage
    )
  } catch {
    return ProviderAnswer(error: "cannot query \(name): \(error)", isOutage: error.isOutage)
  }
}

extension HTTPError {
  /// Whether nobody answered, as opposed to an answer that nobody can read.
  package var isOutage: Bool {
    switch kind {
    case .timedOut, .cannotConnect, .cannotResolve, .connectionLost, .cancelled, .stopped: true
    case .tls, .tooLarge, .tooManyRedirects, .protocolError, .badRequest: false
    }
  }
}

extension HTTPResponse {
  /// Whether the server says that it cannot answer anybody now: 429, or a status from 500 on.
  package var saysOutage: Bool { status == 429 || status >= 500 }
}
