package import Primitives

/// An HTTP request whose answer, or a part of it, is the value of a metric.
package struct WebQuery: Sendable, Hashable {
  package var url: String
  /// `GET`, `POST` or `PUT`.
  package var method: String
  package var headers: [HeaderField]
  package var body: String
  /// A body as JSON; the request says `Content-Type: application/json` then.
  package var jsonBody: JSONValue?
  /// Time limit of a request in seconds; 10 when none is given.
  package var timeoutSeconds: Int
  /// A path in Kubernetes' JSONPath dialect, `{$}` when none is given.
  package var jsonPath: String
  /// Whether the server's certificate is accepted unseen.
  package var insecure: Bool
  package var authentication: ProviderAuthentication

  package init(
    url: String,
    method: String = "GET",
    headers: [HeaderField] = [],
    body: String = "",
    jsonBody: JSONValue? = nil,
    timeoutSeconds: Int = 10,
    jsonPath: String = "{$}",
    insecure: Bool = false,
    authentication: ProviderAuthentication = .none
  ) {
    self.url = url
    self.method = method
    self.headers = headers
    self.body = body
    self.jsonBody = jsonBody
    self.timeoutSeconds = timeoutSeconds
    self.jsonPath = jsonPath
    self.insecure = insecure
    self.authentication = authentication
  }

  /// Reads `provider.web` leniently.
  package init(_ json: JSONValue) {
    let method = scalarText(json["method"])
    let path = scalarText(json["jsonPath"])
    let seconds = intOrString(json["timeoutSeconds"]) ?? 0
    self.init(
      url: scalarText(json["url"]),
      method: method.isEmpty ? "GET" : method.uppercased(),
      headers: HeaderField.list(json["headers"]),
      body: scalarText(json["body"]),
      jsonBody: json["jsonBody"].flatMap { $0.isNull ? nil : $0 },
      timeoutSeconds: seconds > 0 ? seconds : 10,
      jsonPath: path.isEmpty ? "{$}" : path,
      insecure: json["insecure"]?.bool ?? false,
      authentication: ProviderAuthentication(json["authentication"])
    )
  }

  func issues() -> [ProviderIssue] {
    var issues = ProviderIssue.missing("url", url, "a URL")
    if !["GET", "POST", "PUT"].contains(method) {
      issues.append(ProviderIssue("method", "method \(method) is not GET, POST or PUT"))
    }
    if !body.isEmpty, jsonBody != nil {
      issues.append(ProviderIssue("", "use either body or jsonBody; both cannot exist"))
    }
    return issues + authentication.issues()
  }
}
