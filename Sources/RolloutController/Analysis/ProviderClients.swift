package import AnalysisCore
import HTTPTransport
package import MetricProviders
package import Primitives

/// The HTTP clients through which metrics are asked: one for endpoints whose certificates are checked, one for those
/// whose spec says `insecure`.
package final class ProviderClients: Sendable {
  private let checked: HTTPClient
  private let unchecked: HTTPClient

  package init() {
    checked = HTTPClient(options: HTTPClientOptions())
    var options = HTTPClientOptions()
    options.tls.insecure = true
    unchecked = HTTPClient(options: options)
  }

  /// Asks a provider; never throws, because a provider's failure is a measurement too.
  package func measure(_ provider: ProviderSpec, now: Instant) async -> ProviderAnswer {
    await MetricProviders.measure(
      provider: provider,
      client: provider.isInsecure ? unchecked : checked,
      now: now
    )
  }

  package func shutdown() async {
    await checked.shutdown()
    await unchecked.shutdown()
  }
}

extension ProviderSpec {
  /// Whether the endpoint's certificate is not to be checked.
  fileprivate var isInsecure: Bool {
    switch self {
    case .prometheus(let query): query.insecure
    case .web(let query): query.insecure
    default: false
    }
  }
}
