import Primitives

/// A question that a metric asks a provider; two that are equal have the same answer at the same time.
package struct EndpointQuestion: Sendable, Hashable {
  package let provider: ProviderSpec
  /// The namespace whose Secrets the provider reads; empty when it reads none of the run's own.
  package let namespace: String

  package init(_ provider: ProviderSpec, namespace: String) {
    self.provider = provider
    self.namespace = namespace
  }

  /// Whether equal questions of a second may be asked once: those that read recorded series. What a `web` metric reads
  /// is the present, and an answer from before a change would speak for what came after it.
  package var isShareable: Bool {
    switch provider {
    case .prometheus, .datadog, .newRelic, .wavefront, .cloudWatch, .graphite, .influxDB, .skyWalking: true
    case .web, .kayenta, .job, .plugin, .unsupported: false
    }
  }
}

extension ProviderSpec {
  /// Who is asked, in words: provider, scheme, host and port; what is away when one question meets an outage.
  ///
  /// `prometheusAddress` is the server for Prometheus queries that name none.
  package func endpoint(prometheusAddress: String) -> String {
    switch self {
    case .prometheus(let query):
      Self.endpoint(name, query.address.isEmpty ? prometheusAddress : query.address)
    case .web(let query): Self.endpoint(name, query.url)
    case .wavefront(let query): Self.endpoint(name, query.address)
    case .kayenta(let judgement): Self.endpoint(name, judgement.address)
    case .graphite(let query): Self.endpoint(name, query.address)
    case .skyWalking(let query): Self.endpoint(name, query.address)
    // Their addresses are in Secrets and environments; a name of an account stands for them.
    case .newRelic(let query): query.profile.isEmpty ? name : "\(name) \(query.profile)"
    case .influxDB(let query): query.profile.isEmpty ? name : "\(name) \(query.profile)"
    case .datadog, .cloudWatch, .job, .plugin, .unsupported: name
    }
  }

  /// `prometheus at http://10.0.0.1:9090`, without path, parameters and credentials.
  private static func endpoint(_ name: String, _ url: String) -> String {
    guard let mark = ByteSearch.all(of: "://", in: url).first else { return name }
    let bytes = Array(url.utf8)
    let authority = bytes[(mark + 3)...].prefix { !"/?#".utf8.contains($0) }
    let host = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[($0 + 1)...] } ?? authority
    let scheme = String(decoding: bytes[..<mark], as: UTF8.self).lowercased()
    return "\(name) at \(scheme)://\(String(decoding: host, as: UTF8.self).lowercased())"
  }
}
