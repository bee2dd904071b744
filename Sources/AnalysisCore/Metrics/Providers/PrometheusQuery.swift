package import Primitives

/// A query to Prometheus' HTTP API: instant, or over a range of time.
package struct PrometheusQuery: Sendable, Hashable {
  /// Start and end are time expressions (`now() - duration("5m")`), see ``TimeExpression``; the step is a Go duration.
  package struct Range: Sendable, Hashable {
    package var start: String
    package var end: String
    package var step: String

    package init(start: String, end: String, step: String) {
      self.start = start
      self.end = end
      self.step = step
    }
  }

  /// The server's URL; empty when the environment of the controller is to say it.
  package var address: String
  package var query: String
  /// Time limit of a request; 30 s when none is given.
  package var timeout: Duration
  /// Whether the server's certificate is accepted unseen.
  package var insecure: Bool
  package var headers: [HeaderField]
  package var authentication: ProviderAuthentication
  package var rangeQuery: Range?

  package init(
    address: String,
    query: String,
    timeout: Duration = .seconds(30),
    insecure: Bool = false,
    headers: [HeaderField] = [],
    authentication: ProviderAuthentication = .none,
    rangeQuery: Range? = nil
  ) {
    self.address = address
    self.query = query
    self.timeout = timeout
    self.insecure = insecure
    self.headers = headers
    self.authentication = authentication
    self.rangeQuery = rangeQuery
  }

  /// Reads `provider.prometheus` leniently.
  package init(_ json: JSONValue) {
    let seconds = intOrString(json["timeout"]) ?? 0
    self.init(
      address: scalarText(json["address"]),
      query: scalarText(json["query"]),
      timeout: .seconds(seconds > 0 ? seconds : 30),
      insecure: json["insecure"]?.bool ?? false,
      headers: HeaderField.list(json["headers"]),
      authentication: ProviderAuthentication(json["authentication"]),
      rangeQuery: json["rangeQuery"].flatMap { range in
        guard range.object?.isEmpty == false else { return nil }
        return Range(
          start: scalarText(range["start"]),
          end: scalarText(range["end"]),
          step: scalarText(range["step"])
        )
      }
    )
  }

  func issues() -> [ProviderIssue] {
    ProviderIssue.missing("query", query, "a query") + authentication.issues()
  }
}
