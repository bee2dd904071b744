package import Primitives

/// What asking about one metric led to.
package struct TakenMeasurement: Sendable, Hashable {
  package enum Outcome: Sendable, Hashable {
    case measured(Measurement)
    /// The provider is away; nothing is counted.
    case postponed(Postponement)
  }

  package let metric: String
  package let outcome: Outcome

  package init(metric: String, measurement: Measurement) {
    self.metric = metric
    outcome = .measured(measurement)
  }

  package init(metric: String, postponed: Postponement) {
    self.metric = metric
    outcome = .postponed(postponed)
  }
}

/// Why a provider could not be asked, since when, and when it may be asked again.
package struct Postponement: Sendable, Hashable {
  /// One line: who does not answer, and what was seen of it.
  package let reason: String
  package let since: Instant
  package let retryAt: Instant

  package init(reason: String, since: Instant, retryAt: Instant) {
    self.reason = reason
    self.since = since
    self.retryAt = retryAt
  }

  /// The same with every occurrence of a secret in the reason replaced by `*****`.
  package func redacting(_ secrets: some Sequence<String>) -> Postponement {
    let reason = Measurement(phase: .error, message: reason).redacting(secrets).message
    return Postponement(reason: reason, since: since, retryAt: retryAt)
  }
}
