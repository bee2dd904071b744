package import AnalysisCore
package import HTTPTransport
package import Primitives

/// What a measurement needs beside the metric's own fields; read at the edge and handed in.
package struct ProviderContext: Sendable {
  package var client: HTTPClient
  /// Tokens and credentials that were fetched before; one for the whole controller.
  package var session: ProviderSession
  package var now: Instant
  /// Variables of the controller: `ARGO_ROLLOUTS_PROMETHEUS_ADDRESS`, `DD_*`, `AWS_*`, `HOME`.
  package var environment: [String: String]
  /// The data of the Secrets that ``ProviderSpec/neededSecrets(environment:)`` names, decoded.
  package var secrets: [ProviderSecret: [String: String]]
  /// When the AnalysisRun began; what Kayenta looks back to.
  package var runStartedAt: Instant?
  /// The metric's interval.
  package var interval: Duration?
  /// Reads a small file, such as the token that a cloud mounts into the pod; nil when it cannot be read.
  package var readFile: @Sendable (String) -> [UInt8]?

  package init(
    client: HTTPClient,
    session: ProviderSession = ProviderSession(),
    now: Instant,
    environment: [String: String] = [:],
    secrets: [ProviderSecret: [String: String]] = [:],
    runStartedAt: Instant? = nil,
    interval: Duration? = nil,
    readFile: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }
  ) {
    self.client = client
    self.session = session
    self.now = now
    self.environment = environment
    self.secrets = secrets
    self.runStartedAt = runStartedAt
    self.interval = interval
    self.readFile = readFile
  }

  /// A variable of the environment; nil when it is not set or empty.
  func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  /// The data of a Secret that the provider needs.
  func data(of secret: ProviderSecret) throws(ProviderFailure) -> [String: String] {
    guard let data = secrets[secret] else {
      let place = secret.place == .controller ? "the controller's namespace" : "the AnalysisRun's namespace"
      throw ProviderFailure("there is no Secret \"\(secret.name)\" in \(place)")
    }
    return data
  }

  /// The value of a key of a Secret, without the blanks and line ends that editors leave.
  func value(_ key: String, of secret: ProviderSecret) throws(ProviderFailure) -> String {
    let value = try data(of: secret)[key].map(ProviderRequest.trimmed) ?? ""
    guard !value.isEmpty else { throw ProviderFailure("the Secret \"\(secret.name)\" has no key \"\(key)\"") }
    return value
  }
}
