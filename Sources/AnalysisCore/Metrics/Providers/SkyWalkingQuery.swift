package import Primitives

/// A query in GraphQL to SkyWalking, over a window that ends now.
package struct SkyWalkingQuery: Sendable, Hashable {
  package let address: String
  /// Takes the window as the variable `$duration: Duration!`.
  package let query: String
  /// A Go duration; 5 minutes when none is given.
  package let intervalText: String

  /// Reads `provider.skywalking` leniently.
  package init(_ json: JSONValue) {
    let interval = scalarText(json["interval"])
    address = scalarText(json["address"])
    query = scalarText(json["query"])
    intervalText = interval.isEmpty ? "5m" : interval
  }

  func issues() -> [ProviderIssue] {
    ProviderIssue.missing("address", address, "an address")
      + ProviderIssue.missing("query", query, "a query")
      + ProviderIssue.duration("interval", intervalText)
  }
}
