package import AnalysisCore

/// What asking a provider led to: a value, or the reason why there is none.
package struct ProviderAnswer: Sendable, Hashable {
  /// Nil exactly when there is an error.
  package let value: MetricValue?
  /// The value as it stands in a measurement; empty with an error.
  package let valueText: String
  /// For the measurement's `metadata`: the provider's warnings, if any.
  package let metadata: [String: String]
  /// One line: what was attempted, on which object, what the other side said. Never a reason for success.
  package let error: String?
  /// Whether the error says nothing about the metric, since nobody answered, or only that the server cannot now:
  /// no connection, a time limit, a status of 429 or from 500 on. See decision 17.
  package let isOutage: Bool

  package init(value: MetricValue, metadata: [String: String] = [:]) {
    self.value = value
    valueText = value.valueText
    self.metadata = metadata
    error = nil
    isOutage = false
  }

  package init(error: String, metadata: [String: String] = [:], isOutage: Bool = false) {
    value = nil
    valueText = ""
    self.metadata = metadata
    self.error = error
    self.isOutage = isOutage
  }
}

/// Why a request to a provider cannot be built from its spec; one line.
package struct ProviderSpecError: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
