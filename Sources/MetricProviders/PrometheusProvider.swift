package import AnalysisCore
package import HTTPTransport
package import Primitives

/// Prometheus' HTTP API: `/api/v1/query` and `/api/v1/query_range`, of Prometheus and of those that speak like it.
package enum PrometheusProvider {
  static func measure(_ query: PrometheusQuery, context: ProviderContext) async -> ProviderAnswer {
    let address =
      query.address.isEmpty ? context.variable("ARGO_ROLLOUTS_PROMETHEUS_ADDRESS") ?? "" : query.address
    return await context.ask("prometheus", authentication: authentication(of: query, at: address)) {
      () throws(ProviderFailure) in
      try request(for: query, now: context.now, defaultAddress: address)
    } read: {
      answer(from: $0)
    }
  }

  /// The workspaces of Amazon take signed requests only, whether the spec says so or not.
  private static func authentication(of query: PrometheusQuery, at address: String) -> ProviderAuthentication
  {
    guard case .none = query.authentication, address.contains("aps-workspaces") else {
      return query.authentication
    }
    return .sigv4(AWSIdentity())
  }

  /// Longer parameters go into a form body: proxies cut long URLs.
  private static let longestParameters = 2000

  /// The request for a query; no I/O.
  ///
  /// An instant query names no time: the server's clock decides what "now" is, so a controller whose clock is off
  /// still gets the newest samples.
  package static func request(
    for query: PrometheusQuery,
    now: Instant,
    defaultAddress: String = ""
  ) throws(ProviderFailure) -> HTTPRequest {
    guard !query.query.isEmpty else { throw ProviderFailure("the query is empty") }
    let address = query.address.isEmpty ? defaultAddress : query.address
    var parameters = "query=" + ProviderRequest.encode(query.query)
    if let range = query.rangeQuery { parameters += try rangeParameters(range, now: now) }
    let url = try endpoint(range: query.rangeQuery != nil, at: address)
    let isLong = parameters.utf8.count > longestParameters
    var request = try ProviderRequest.make(
      method: isLong ? "POST" : "GET",
      url: isLong ? url : url + (url.contains("?") ? "&" : "?") + parameters,
      headers: query.headers,
      authentication: query.authentication,
      timeout: query.timeout,
      insecure: query.insecure
    )
    if isLong {
      request.headers.set("Content-Type", "application/x-www-form-urlencoded")
      request.body = Array(parameters.utf8)
    }
    return request
  }

  /// The API's URL below the address, which may have a path and parameters of its own.
  private static func endpoint(range: Bool, at address: String) throws(ProviderFailure) -> String {
    _ = try ProviderRequest.checked(address, "address")
    let whole = address.prefix { $0 != "#" }
    let mark = whole.firstIndex(of: "?") ?? whole.endIndex
    var path = whole[..<mark]
    while path.last == "/" { path.removeLast() }
    return path + (range ? "/api/v1/query_range" : "/api/v1/query") + whole[mark...]
  }

  private static func rangeParameters(
    _ range: PrometheusQuery.Range,
    now: Instant
  ) throws(ProviderFailure) -> String {
    let start = try instant(range.start, "start", now)
    let end = try instant(range.end, "end", now)
    guard start <= end else { throw ProviderFailure("the range query ends before it starts") }
    guard let step = Duration(go: range.step), step > .zero else {
      throw ProviderFailure("the step \"\(range.step)\" of the range query is no positive duration")
    }
    return "&start=\(seconds(start.nanosecondsSinceEpoch))&end=\(seconds(end.nanosecondsSinceEpoch))"
      + "&step=\(seconds(step.wholeNanoseconds))"
  }

  private static func instant(
    _ text: String,
    _ field: String,
    _ now: Instant
  ) throws(ProviderFailure) -> Instant {
    do throws(ExpressionError) {
      return try TimeExpression.instant(text, now: now)
    } catch {
      throw ProviderFailure("the \(field) \"\(text)\" of the range query: \(error)")
    }
  }

  /// Seconds with three digits.
  private static func seconds(_ nanoseconds: Int64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    let fraction = String(milliseconds.magnitude % 1000 + 1000).dropFirst()
    return "\(milliseconds < 0 ? "-" : "")\(milliseconds.magnitude / 1000).\(fraction)"
  }
}
