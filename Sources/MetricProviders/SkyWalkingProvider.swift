import AnalysisCore
import HTTPTransport
import Primitives

/// SkyWalking's GraphQL API; the answer's `data` is the value.
enum SkyWalkingProvider {
  static func measure(_ query: SkyWalkingQuery, context: ProviderContext) async -> ProviderAnswer {
    await context.ask("skywalking") { () throws(ProviderFailure) in
      try request(for: query, now: context.now)
    } read: { response in
      ProviderAnswer.catching { () throws(ProviderFailure) in
        let data = try GraphQL.data(of: response)
        // Every field of the answer is null where SkyWalking knows nothing.
        let fields = data.object ?? [:]
        return ProviderAnswer(
          value: .json(data),
          isEmpty: !fields.isEmpty && fields.values.allSatisfy(\.isNull) ? true : nil
        )
      }
    }
  }

  /// The request for a query over the window that ends now, in minutes of UTC; no I/O.
  static func request(for query: SkyWalkingQuery, now: Instant) throws(ProviderFailure) -> HTTPRequest {
    guard !query.query.isEmpty else { throw ProviderFailure("the query is empty") }
    let interval = try ProviderRequest.duration(query.intervalText, "interval")
    let duration: JSONValue = [
      "start": .string(minute(now - interval)), "end": .string(minute(now)), "step": "MINUTE",
    ]
    let body: JSONValue = ["query": .string(query.query), "variables": ["duration": duration]]
    var request = try ProviderRequest.make(
      method: "POST",
      url: "\(try ProviderRequest.base(query.address))/graphql",
      timeout: .seconds(30)
    )
    request.headers.set("Content-Type", "application/json")
    request.headers.set("Accept", "application/json")
    request.body = body.bytes()
    return request
  }

  /// Such as `2026-01-31 0930`.
  private static func minute(_ instant: Instant) -> String {
    let text = instant.rfc3339
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(2))\(text.dropFirst(14).prefix(2))"
  }
}
