import AnalysisCore
import HTTPTransport
import Primitives

/// InfluxDB's query API of version 2, in Flux; the `_value` of every row of every table is the value.
///
/// A Secret that names a `database` is one of a server of version 1, which is asked in InfluxQL.
enum InfluxDBProvider {
  /// Where to ask, and as whom.
  struct Account {
    let address: String
    let organization: String
    let token: String
  }

  static func measure(_ query: InfluxDBQuery, context: ProviderContext) async -> ProviderAnswer {
    let database = context.secrets[query.secret]?["database"].map(ProviderRequest.trimmed) ?? ""
    return await context.ask("influxdb") { () throws(ProviderFailure) in
      let address = try context.value("address", of: query.secret)
      guard database.isEmpty else {
        let credentials = try context.data(of: query.secret)["authToken"].map(ProviderRequest.trimmed) ?? ""
        let account = InfluxQL.Account(address: address, database: database, credentials: credentials)
        return try InfluxQL.request(for: query, account: account)
      }
      let account = Account(
        address: address,
        organization: try context.value("org", of: query.secret),
        token: try context.value("authToken", of: query.secret)
      )
      return try request(for: query, account: account)
    } read: { response in
      ProviderAnswer.catching { () throws(ProviderFailure) in
        database.isEmpty ? try answer(from: response) : try InfluxQL.answer(from: response)
      }
    }
  }

  /// The request for a query; no I/O.
  static func request(for query: InfluxDBQuery, account: Account) throws(ProviderFailure) -> HTTPRequest {
    guard !query.query.isEmpty else { throw ProviderFailure("the query is empty") }
    let dialect: JSONValue = [
      "annotations": ["datatype", "group", "default"], "delimiter": ",", "header": true,
    ]
    let organization = ProviderRequest.encode(account.organization)
    return try ProviderRequest.confidential(
      url: "\(try ProviderRequest.base(account.address))/api/v2/query?org=\(organization)",
      headers: [("Authorization", "Token \(account.token)"), ("Accept", "application/csv")],
      body: ["query": .string(query.query), "type": "flux", "dialect": dialect],
      timeout: .seconds(30)
    )
  }

  static func answer(from response: HTTPResponse) throws(ProviderFailure) -> ProviderAnswer {
    guard (200..<300).contains(response.status) else {
      let excerpt = ProviderRequest.excerpt(response.body)
      throw ProviderFailure(
        "the server answered \(response.status) with \(excerpt.isEmpty ? "an empty body" : excerpt)"
      )
    }
    let values = try FluxTable.values(of: response.body)
    guard !values.isEmpty else { throw ProviderFailure("no results returned from the flux query") }
    return answer(of: values)
  }

  /// Numbers are a list of numbers; where there are others among them, a list of what they are.
  static func answer(of values: [FluxValue], shortfall: String? = nil) -> ProviderAnswer {
    let text = "[" + values.map(\.text).joined(separator: " ") + "]"
    let numbers = values.compactMap(\.number)
    let value: MetricValue =
      numbers.count == values.count ? .list(numbers) : .json(.array(values.map(\.json)))
    return ProviderAnswer(value: value, valueText: text, shortfall: shortfall)
  }
}
