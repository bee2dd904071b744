import AnalysisCore
import HTTPTransport
import Primitives

/// New Relic's NerdGraph API, which takes queries in NRQL within one in GraphQL.
enum NewRelicProvider {
  /// Where to ask, and as whom.
  struct Account {
    let url: String
    let apiKey: String
    let id: Int
  }

  private static let document = """
    query($accountId: Int!, $nrql: Nrql!, $timeout: Seconds) { actor { account(id: $accountId) \
    { nrql(query: $nrql, timeout: $timeout) { results } } } }
    """

  static func measure(_ query: NewRelicQuery, context: ProviderContext) async -> ProviderAnswer {
    await context.ask("newRelic") { () throws(ProviderFailure) in
      try request(for: query, account: try account(for: query, context: context))
    } read: { response in
      ProviderAnswer.catching { () throws(ProviderFailure) in
        try answer(from: try GraphQL.data(of: response))
      }
    }
  }

  private static func account(
    for query: NewRelicQuery,
    context: ProviderContext
  ) throws(ProviderFailure) -> Account {
    let secret = query.secret
    let data = try context.data(of: secret).mapValues(ProviderRequest.trimmed)
    let text = try context.value("account-id", of: secret)
    guard let id = Int(text) else { throw ProviderFailure("the account-id is no number") }
    let region = data["region"].flatMap { $0.isEmpty ? nil : $0.lowercased() } ?? "us"
    let hosts = ["us": "api", "eu": "api.eu", "staging": "staging-api"]
    guard let host = hosts[region] else { throw ProviderFailure("the region \"\(region)\" is not us or eu") }
    let given = data["base-url-nerdgraph"] ?? ""
    return Account(
      url: given.isEmpty ? "https://\(host).newrelic.com/graphql" : given,
      apiKey: try context.value("personal-api-key", of: secret),
      id: id
    )
  }

  /// The request for a query; no I/O. The server gets as long as the spec says, the network five seconds more.
  static func request(for query: NewRelicQuery, account: Account) throws(ProviderFailure) -> HTTPRequest {
    guard !query.query.isEmpty else { throw ProviderFailure("the query is empty") }
    guard query.timeoutSeconds > 0 else { throw ProviderFailure("the timeout must not be negative") }
    let variables: JSONValue = [
      "accountId": JSONValue(account.id), "nrql": .string(query.query),
      "timeout": JSONValue(query.timeoutSeconds),
    ]
    return try ProviderRequest.confidential(
      url: try ProviderRequest.checked(account.url, "base-url-nerdgraph"),
      headers: [("Api-Key", account.apiKey)],
      body: ["query": .string(document), "variables": variables],
      timeout: .seconds(min(query.timeoutSeconds, 600) + 5)
    )
  }

  /// One row is an object, several are a list of them; none is a failure.
  static func answer(from data: JSONValue) throws(ProviderFailure) -> ProviderAnswer {
    guard let rows = data["actor"]?["account"]?["nrql"]?["results"]?.array else {
      throw ProviderFailure("the answer has no results: \(ProviderRequest.excerpt(data.bytes()))")
    }
    guard let first = rows.first, rows.count > 1 || first.object?.isEmpty == false else {
      throw ProviderFailure("no results returned from the NRQL query")
    }
    return ProviderAnswer(value: .json(rows.count > 1 ? .array(rows) : first))
  }
}
