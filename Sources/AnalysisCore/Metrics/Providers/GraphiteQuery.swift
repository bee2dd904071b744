package import Primitives

/// A query to Graphite's render API.
package struct GraphiteQuery: Sendable, Hashable {
  package let address: String
  /// Parameters of `/render`: `target=sumSeries(app.*.errors)&from=-5min`.
  package let query: String

  package init(address: String, query: String) {
    self.address = address
    self.query = query
  }

  /// Reads `provider.graphite` leniently.
  package init(_ json: JSONValue) {
    self.init(address: scalarText(json["address"]), query: scalarText(json["query"]))
  }

  func issues() -> [ProviderIssue] {
    ProviderIssue.missing("address", address, "an address") + ProviderIssue.missing("query", query, "a query")
  }
}
