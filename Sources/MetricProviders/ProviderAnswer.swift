package import AnalysisCore

/// What asking a provider led to: a value, a verdict, the promise of one, or the reason why there is none.
package struct ProviderAnswer: Sendable, Hashable {
  package enum Outcome: Sendable, Hashable {
    /// About which the metric's conditions decide.
    case value(MetricValue)
    /// The provider has decided by itself: Successful, Inconclusive or Failed.
    case verdict(AnalysisPhase)
    /// The provider is at work; ``resume(provider:metadata:context:)`` asks it again after this time.
    case unfinished(resumeAfter: Duration)
    /// One line: what was attempted, on which object, what the other side said. Never a reason for success.
    case error(String)
  }

  package let outcome: Outcome
  /// The value as it stands in a measurement; empty with an error.
  package let valueText: String
  /// What the provider says to a verdict of its own, or to the promise of one.
  package let message: String
  /// For the measurement's `metadata`: the provider's warnings, and what a measurement in flight is found by.
  package let metadata: [String: String]
  /// Why the value rests on a part of the data only, in the provider's words; nil when it is whole.
  package let shortfall: String?
  /// Whether the provider answered, but with no data.
  package let isEmpty: Bool
  /// Whether the error says nothing about the metric, since nobody answered, or only that the server cannot now:
  /// no connection, a time limit, a status of 429 or from 500 on. See decision 17.
  package let isOutage: Bool

  package init(
    value: MetricValue,
    valueText: String? = nil,
    metadata: [String: String] = [:],
    shortfall: String? = nil,
    isEmpty: Bool? = nil
  ) {
    outcome = .value(value)
    self.valueText = valueText ?? value.valueText
    message = ""
    self.metadata = metadata
    self.shortfall = shortfall
    self.isEmpty = isEmpty ?? value.isEmpty
    isOutage = false
  }

  package init(error: String, metadata: [String: String] = [:], isOutage: Bool = false) {
    self.init(.error(error), metadata: metadata, isOutage: isOutage)
  }

  init(_ failure: ProviderFailure, asking name: String, metadata: [String: String] = [:]) {
    self.init(error: "cannot query \(name): \(failure)", metadata: metadata, isOutage: failure.isOutage)
  }

  package init(
    _ outcome: Outcome,
    valueText: String = "",
    metadata: [String: String] = [:],
    isOutage: Bool = false,
    message: String = ""
  ) {
    self.outcome = outcome
    self.valueText = valueText
    self.message = message
    self.metadata = metadata
    shortfall = nil
    isEmpty = false
    self.isOutage = isOutage
  }

  /// The answer that the body makes, or its failure as one.
  static func catching(_ body: () throws(ProviderFailure) -> ProviderAnswer) -> ProviderAnswer {
    do throws(ProviderFailure) {
      return try body()
    } catch {
      return ProviderAnswer(error: error.description, isOutage: error.isOutage)
    }
  }

  /// The value, when the outcome is one.
  package var value: MetricValue? {
    guard case .value(let value) = outcome else { return nil }
    return value
  }

  /// The reason, when there is neither a value nor hope for one.
  package var error: String? {
    guard case .error(let reason) = outcome else { return nil }
    return reason
  }

  /// The answer with every text changed, the value itself left alone.
  func mapTexts(_ change: (String) -> String) -> ProviderAnswer {
    var outcome = outcome
    if case .error(let reason) = outcome { outcome = .error(change(reason)) }
    return ProviderAnswer(
      outcome: outcome,
      valueText: change(valueText),
      message: change(message),
      metadata: metadata.mapValues(change),
      shortfall: shortfall.map(change),
      isEmpty: isEmpty,
      isOutage: isOutage
    )
  }

  private init(
    outcome: Outcome,
    valueText: String,
    message: String,
    metadata: [String: String],
    shortfall: String?,
    isEmpty: Bool,
    isOutage: Bool
  ) {
    self.outcome = outcome
    self.valueText = valueText
    self.message = message
    self.metadata = metadata
    self.shortfall = shortfall
    self.isEmpty = isEmpty
    self.isOutage = isOutage
  }
}

/// Why a provider could not be asked, or its answer not be understood; one line.
package struct ProviderFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package let description: String
  /// Whether nobody answered, or only said that it cannot now.
  package let isOutage: Bool

  init(_ description: String, isOutage: Bool = false) {
    self.description = description
    self.isOutage = isOutage
  }
}
