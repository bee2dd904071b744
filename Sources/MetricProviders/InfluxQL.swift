import AnalysisCore
import HTTPTransport
import Primitives

/// InfluxDB's query API of version 1, in InfluxQL: for servers that do not speak Flux.
enum InfluxQL {
  /// Where to ask, and as whom.
  struct Account {
    let address: String
    let database: String
    /// `user:password`; empty for a server that asks nobody.
    let credentials: String
  }

  /// The request for a query; no I/O.
  ///
  /// Servers of version 1 obey a `DROP` even in a GET, so that nothing is sent but statements that read. The user of the
  /// Secret should be one who can do nothing else.
  static func request(for query: InfluxDBQuery, account: Account) throws(ProviderFailure) -> HTTPRequest {
    guard !query.query.isEmpty else { throw ProviderFailure("the query is empty") }
    let verbs = query.query.split(separator: ";").compactMap {
      $0.split(whereSeparator: \.isWhitespace).first
    }
    guard verbs.allSatisfy({ ["select", "show"].contains($0.lowercased()) }) else {
      throw ProviderFailure("a query in InfluxQL begins with SELECT or SHOW")
    }
    let parameters = "db=\(ProviderRequest.encode(account.database))&q=\(ProviderRequest.encode(query.query))"
    var headers = [("Accept", "application/json")]
    if !account.credentials.isEmpty {
      headers.append(("Authorization", "Basic " + Base64.encode(Array(account.credentials.utf8))))
    }
    return try ProviderRequest.confidential(
      method: "GET",
      url: "\(try ProviderRequest.base(account.address))/query?\(parameters)&epoch=ms",
      headers: headers,
      timeout: .seconds(30)
    )
  }

  /// What stands in every column but that of the time, row by row, series by series.
  static func answer(from response: HTTPResponse) throws(ProviderFailure) -> ProviderAnswer {
    let json = try ProviderRequest.json(of: response)
    let results = json["results"]?.array ?? []
    if let error = json["error"]?.string ?? results.lazy.compactMap({ $0["error"]?.string }).first {
      throw ProviderFailure("the server answered: \(error)")
    }
    let series = results.flatMap { $0["series"]?.array ?? [] }
    var values: [FluxValue] = []
    for one in series {
      let columns = one["columns"]?.array ?? []
      for row in one["values"]?.array ?? [] {
        guard let fields = row.array, fields.count == columns.count else {
          throw ProviderFailure("a malformed row: \(ProviderRequest.excerpt(row.bytes()))")
        }
        values += zip(columns, fields).filter { $0.0 != "time" }.map { FluxValue($0.1) }
      }
    }
    guard !values.isEmpty else { throw ProviderFailure("no results returned from the query") }
    let isCut = (results + series).contains { $0["partial"] == true }
    return InfluxDBProvider.answer(of: values, shortfall: isCut ? "the server cut the answer" : nil)
  }
}

extension FluxValue {
  fileprivate init(_ json: JSONValue) {
    switch json {
    case .int(let number): self = .integer(number)
    case .double(let number): self = .number(number)
    case .bool(let value): self = .bool(value)
    case .string(let text): self = .text(text)
    case .null: self = .null
    case .array, .object: self = .text(json.text())
    }
  }
}
