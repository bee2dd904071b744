import AnalysisCore
import HTTPTransport
import Primitives

/// Datadog's query APIs, version 1 (time series) and 2 (scalars).
enum DatadogProvider {
  /// Where to ask, and as whom.
  struct Account {
    let address: String
    let apiKey: String
    let appKey: String
  }

  static func measure(_ query: DatadogQuery, context: ProviderContext) async -> ProviderAnswer {
    await context.ask("datadog") { () throws(ProviderFailure) in
      try request(for: query, account: try account(for: query, context: context), now: context.now)
    } read: { response in
      ProviderAnswer.catching { () throws(ProviderFailure) in
        let json = try ProviderRequest.json(of: response)
        return query.apiVersion == "v2" ? try DatadogScalars(json).answer : try series(json)
      }
    }
  }

  private static func account(
    for query: DatadogQuery,
    context: ProviderContext
  ) throws(ProviderFailure) -> Account {
    let home = "https://api.datadoghq.com"
    guard let secret = query.secret(environment: context.environment) else {
      let values = DatadogQuery.variables.map { context.variable($0) }
      guard let apiKey = values[0], let appKey = values[1] else {
        throw ProviderFailure("DD_API_KEY or DD_APP_KEY is empty")
      }
      return Account(address: values[2] ?? home, apiKey: apiKey, appKey: appKey)
    }
    let address = try context.data(of: secret)["address"].map(ProviderRequest.trimmed) ?? ""
    return Account(
      address: address.isEmpty ? home : address,
      apiKey: try context.value("api-key", of: secret),
      appKey: try context.value("app-key", of: secret)
    )
  }

  /// The request for a query; no I/O.
  static func request(
    for query: DatadogQuery,
    account: Account,
    now: Instant
  ) throws(ProviderFailure) -> HTTPRequest {
    let interval = try ProviderRequest.duration(query.intervalText, "interval")
    let timeout = try ProviderRequest.duration(query.requestTimeoutText, "requestTimeout")
    let headers = [
      ("Content-Type", "application/json"), ("DD-API-KEY", account.apiKey),
      ("DD-APPLICATION-KEY", account.appKey),
    ]
    let base = try ProviderRequest.base(account.address)
    let (end, seconds) = (now.secondsSinceEpoch, Int64(interval.inSeconds))
    switch query.apiVersion {
    case "v1":
      guard !query.query.isEmpty else { throw ProviderFailure("apiVersion v1 needs a query") }
      let parameters = "from=\(end - seconds)&query=\(ProviderRequest.encode(query.query))&to=\(end)"
      return try ProviderRequest.confidential(
        method: "GET",
        url: "\(base)/api/v1/query?\(parameters)",
        headers: headers,
        timeout: timeout
      )
    case "v2":
      return try ProviderRequest.confidential(
        url: "\(base)/api/v2/query/scalar",
        headers: headers,
        body: try scalarRequest(query, from: (end - seconds) * 1000, to: end * 1000),
        timeout: timeout
      )
    default: throw ProviderFailure("apiVersion \(query.apiVersion) is not v1 or v2")
    }
  }

  private static func scalarRequest(
    _ query: DatadogQuery,
    from start: Int64,
    to end: Int64
  ) throws(ProviderFailure) -> JSONValue {
    guard query.query.isEmpty != query.queries.isEmpty else {
      throw ProviderFailure("exactly one of query and queries is needed")
    }
    guard query.queries.count < 2 || !query.formula.isEmpty else {
      throw ProviderFailure("several queries need a formula")
    }
    let queries = query.queries.isEmpty ? ["query": query.query] : query.queries
    let aggregator = query.aggregator.isEmpty ? "last" : query.aggregator
    var attributes: JSONValue = [
      "from": .int(start), "to": .int(end),
      "queries": .array(
        queries.sorted { $0.key < $1.key }.map { name, text in
          [
            "name": .string(name), "query": .string(text), "data_source": "metrics",
            "aggregator": .string(aggregator),
          ]
        }
      ),
    ]
    if !query.formula.isEmpty { attributes["formulas"] = [["formula": .string(query.formula)]] }
    return ["data": ["type": "scalar_request", "attributes": attributes]]
  }

  /// The last point of the first series; without data a value that is missing, not a failure.
  private static func series(_ json: JSONValue) throws(ProviderFailure) -> ProviderAnswer {
    if let error = json["error"]?.string, !error.isEmpty {
      throw ProviderFailure("the server answered: \(error)")
    }
    guard let all = json["series"]?.array else {
      throw ProviderFailure("the answer has no series: \(ProviderRequest.excerpt(json.bytes()))")
    }
    let left = all.count > 1 ? ["warnings": "\(all.count - 1) more series were left out"] : [:]
    // The last point may be of a second that has not ended: it has no value yet.
    let points = (all.first?["pointlist"]?.array ?? []).filter { $0[1]?.isNull != true }
    guard let last = points.last else {
      return ProviderAnswer(value: .missing, valueText: "[]", metadata: left)
    }
    guard last.array?.count == 2, let number = last[1]?.double else {
      throw ProviderFailure("a malformed point: \(ProviderRequest.excerpt(last.bytes()))")
    }
    return ProviderAnswer(value: .number(number), metadata: left)
  }
}
