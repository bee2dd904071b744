package import Primitives

/// A query to Datadog's API: one query in version 1, several with a formula in version 2.
package struct DatadogQuery: Sendable, Hashable {
  /// `v1` or `v2`.
  package let apiVersion: String
  /// A Go duration before now: the window that is asked about.
  package let intervalText: String
  package let query: String
  /// Queries of version 2 by the names that the formula uses.
  package let queries: [String: String]
  package let formula: String
  /// How version 2 makes one number of a window; empty for `last`.
  package let aggregator: String
  /// A Go duration.
  package let requestTimeoutText: String
  /// A Secret of its own; empty for the shared credentials.
  package let secretName: String
  /// Whether that Secret is in the AnalysisRun's namespace instead of the controller's.
  package let isNamespaced: Bool

  /// Reads `provider.datadog` leniently, with the defaults of the definition.
  package init(_ json: JSONValue) {
    func text(_ field: String, _ fallback: String = "") -> String {
      let text = scalarText(json[field])
      return text.isEmpty ? fallback : text
    }
    apiVersion = text("apiVersion", "v1")
    intervalText = text("interval", "5m")
    query = text("query")
    queries = (json["queries"]?.object ?? [:]).mapValues(scalarText)
    formula = text("formula")
    aggregator = text("aggregator")
    requestTimeoutText = text("requestTimeout", "10s")
    secretName = scalarText(json["secretRef"]?["name"])
    isNamespaced = json["secretRef"]?["namespaced"]?.bool ?? false
  }

  /// The variables that together stand for a Secret.
  package static let variables = ["DD_API_KEY", "DD_APP_KEY", "DD_ADDRESS"]

  /// The Secret with `api-key`, `app-key` and perhaps `address`; nil when the environment holds them all.
  ///
  /// A Secret that is named is the only place looked at: there is no going back to what others use.
  package func secret(environment: [String: String]) -> ProviderSecret? {
    if secretName.isEmpty, Self.variables.allSatisfy({ environment[$0] != nil }) { return nil }
    return ProviderSecret(
      place: isNamespaced && !secretName.isEmpty ? .run : .controller,
      name: secretName.isEmpty ? "datadog" : secretName,
      confidentialKeys: ["api-key", "app-key"]
    )
  }

  /// The rules of Argo Rollouts' validation of a Datadog metric.
  func issues() -> [ProviderIssue] {
    var issues: [ProviderIssue] = []
    switch (query.isEmpty, queries.isEmpty) {
    case (true, true): issues.append(ProviderIssue("query", "a query, or queries, is needed"))
    case (false, false):
      issues.append(ProviderIssue("queries", "use either query or queries; both cannot exist"))
    default: break
    }
    issues += versionIssues()
    if !formula.isEmpty, queries.isEmpty {
      issues.append(ProviderIssue("formula", "a formula is for queries, not for query"))
    }
    if formula.isEmpty, queries.count > 1 {
      issues.append(ProviderIssue("formula", "several queries need a formula"))
    }
    return issues + ProviderIssue.duration("interval", intervalText)
      + ProviderIssue.duration("requestTimeout", requestTimeoutText)
  }

  private func versionIssues() -> [ProviderIssue] {
    guard apiVersion == "v1" else {
      return ["v2", "0"].contains(apiVersion)
        ? [] : [ProviderIssue("apiVersion", "apiVersion \(apiVersion) is not v1 or v2")]
    }
    var issues: [ProviderIssue] = []
    if query.isEmpty, !queries.isEmpty {
      issues.append(ProviderIssue("queries", "queries need apiVersion v2; v1 has query"))
    }
    if !aggregator.isEmpty { issues.append(ProviderIssue("aggregator", "an aggregator needs apiVersion v2")) }
    return issues
  }
}
