package import Primitives

/// A query in NRQL to New Relic's NerdGraph API.
package struct NewRelicQuery: Sendable, Hashable {
  /// The Secret with the account; empty for `newrelic`.
  package let profile: String
  package let query: String
  /// How many seconds New Relic may take for the query; 5 when none is given.
  package let timeoutSeconds: Int

  /// Reads `provider.newRelic` leniently.
  package init(_ json: JSONValue) {
    profile = scalarText(json["profile"])
    query = scalarText(json["query"])
    timeoutSeconds = intOrString(json["timeout"]).flatMap { $0 == 0 ? nil : $0 } ?? 5
  }

  /// The Secret with `personal-api-key`, `account-id`, and perhaps `region` and `base-url-nerdgraph`.
  package var secret: ProviderSecret {
    let name = profile.isEmpty ? "newrelic" : profile
    return ProviderSecret(place: .controller, name: name, confidentialKeys: ["personal-api-key"])
  }

  func issues() -> [ProviderIssue] {
    var issues = ProviderIssue.missing("query", query, "a query")
    if timeoutSeconds < 0 { issues.append(ProviderIssue("timeout", "timeout must not be negative")) }
    return issues
  }
}
