import AnalysisCore
import HTTPTransport
import Primitives

/// Graphite's render API; the points of the first target are the value.
enum GraphiteProvider {
  static func measure(_ query: GraphiteQuery, context: ProviderContext) async -> ProviderAnswer {
    await context.ask("graphite", statusOfBadQuestions: 500) { () throws(ProviderFailure) in
      try request(for: query)
    } read: { response in
      ProviderAnswer.catching { () throws(ProviderFailure) in
        if let words = exception(in: response) {
          throw ProviderFailure("the server answered 500 with \(words)")
        }
        return try answer(from: try ProviderRequest.json(of: response))
      }
    }
  }

  /// The request for a query; no I/O.
  static func request(for query: GraphiteQuery) throws(ProviderFailure) -> HTTPRequest {
    let parameters = unbroken(query.query).split(separator: "&").compactMap { pair -> String? in
      let name = pair.prefix { $0 != "=" }
      guard !name.isEmpty, name != "format" else { return nil }
      let value = ProviderRequest.decode(String(pair[name.endIndex...].dropFirst()))
      return "\(ProviderRequest.encode(String(name)))=\(ProviderRequest.encode(value))"
    }
    guard parameters.contains(where: { $0.hasPrefix("target=") }) else {
      throw ProviderFailure("the query has no target=")
    }
    return try ProviderRequest.make(
      url:
        "\(try ProviderRequest.base(query.address))/render?\(parameters.joined(separator: "&"))&format=json",
      timeout: .seconds(10)
    )
  }

  /// The query without the blanks and line ends that make it readable; those within quotes belong to a text.
  private static func unbroken(_ query: String) -> String {
    var quote: Character?
    var result = ""
    for character in query {
      if let open = quote {
        result.append(character)
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
        result.append(character)
      } else if !character.isWhitespace {
        result.append(character)
      }
    }
    // A quote that never ends is none: then all blanks go, as in a query without quotes.
    return quote == nil ? result : query.filter { !$0.isWhitespace }
  }

  /// The exception that a query led to: the last line of the trace on the page that tells of it.
  private static func exception(in response: HTTPResponse) -> String? {
    let page = String(decoding: response.body, as: UTF8.self)
    guard response.status == 500, let open = page.firstRange(of: "<pre>"),
      let close = page[open.upperBound...].firstRange(of: "</pre>")
    else { return nil }
    let lines = page[open.upperBound..<close.lowerBound].split(whereSeparator: \.isNewline)
    let last = lines.last { !$0.allSatisfy(\.isWhitespace) } ?? ""
    let text = [
      ("&#x27;", "'"), ("&#39;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"),
    ]
    .reduce(String(last)) { $0.replacing($1.0, with: $1.1) }
    return ProviderRequest.excerpt(Array(text.utf8))
  }

  /// The points of the first target that have a value; without one the answer is a failure.
  static func answer(from json: JSONValue) throws(ProviderFailure) -> ProviderAnswer {
    guard let targets = json.array, targets.allSatisfy({ $0["datapoints"]?.array != nil }) else {
      throw ProviderFailure("a malformed answer: \(ProviderRequest.excerpt(json.bytes()))")
    }
    var numbers: [Double] = []
    for point in targets.first?["datapoints"]?.array ?? [] {
      guard point.array?.count == 2, let value = point[0] else {
        throw ProviderFailure("a malformed point: \(ProviderRequest.excerpt(point.bytes()))")
      }
      if value.isNull { continue }
      guard let number = value.double ?? value.string.flatMap(Double.init) else {
        throw ProviderFailure("a malformed point: \(ProviderRequest.excerpt(point.bytes()))")
      }
      numbers.append(number)
    }
    guard !numbers.isEmpty else { throw ProviderFailure("no values found") }
    let left = targets.count > 1 ? ["warnings": "\(targets.count - 1) more targets were left out"] : [:]
    return ProviderAnswer(value: .list(numbers), metadata: left)
  }
}
