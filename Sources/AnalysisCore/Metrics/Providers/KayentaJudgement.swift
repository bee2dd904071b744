package import Primitives

/// A judgement by Kayenta, which compares a canary with a control by a stored configuration and gives a score.
package struct KayentaJudgement: Sendable, Hashable {
  /// Metrics of one side: where, and from when to when.
  package struct Scope: Sendable, Hashable {
    package let scope: String
    package let region: String
    /// Seconds between points.
    package let step: Int
    /// RFC 3339; empty for the run's own time.
    package let start: String
    package let end: String

    init(_ json: JSONValue?) {
      scope = scalarText(json?["scope"])
      region = scalarText(json?["region"])
      step = intOrString(json?["step"]) ?? 0
      start = scalarText(json?["start"])
      end = scalarText(json?["end"])
    }
  }

  /// A named pair of scopes.
  package struct Pair: Sendable, Hashable {
    package let name: String
    package let control: Scope
    package let experiment: Scope
  }

  package let address: String
  package let application: String
  package let canaryConfigName: String
  package let metricsAccountName: String
  package let configurationAccountName: String
  package let storageAccountName: String
  /// A score from here on is a success.
  package let passThreshold: Int
  /// A score from here on is at least inconclusive.
  package let marginalThreshold: Int
  package let scopes: [Pair]
  /// Whether scopes without a start begin with the run, not with the metric's interval.
  package let lookback: Bool

  /// Reads `provider.kayenta` leniently.
  package init(_ json: JSONValue) {
    address = scalarText(json["address"])
    application = scalarText(json["application"])
    canaryConfigName = scalarText(json["canaryConfigName"])
    metricsAccountName = scalarText(json["metricsAccountName"])
    configurationAccountName = scalarText(json["configurationAccountName"])
    storageAccountName = scalarText(json["storageAccountName"])
    passThreshold = intOrString(json["threshold"]?["pass"]) ?? 0
    marginalThreshold = intOrString(json["threshold"]?["marginal"]) ?? 0
    scopes = (json["scopes"]?.array ?? []).map { pair in
      Pair(
        name: scalarText(pair["name"]),
        control: Scope(pair["controlScope"]),
        experiment: Scope(pair["experimentScope"])
      )
    }
    lookback = json["lookback"]?.bool ?? false
  }

  func issues() -> [ProviderIssue] {
    let needed = [
      ("address", address, "an address"), ("application", application, "an application"),
      ("canaryConfigName", canaryConfigName, "the name of a canary configuration"),
    ]
    var issues = needed.flatMap { ProviderIssue.missing($0.0, $0.1, $0.2) }
    if scopes.isEmpty { issues.append(ProviderIssue("scopes", "a scope is needed")) }
    if marginalThreshold > passThreshold {
      issues.append(ProviderIssue("threshold", "the marginal threshold is above the one to pass"))
    }
    return issues
  }
}
