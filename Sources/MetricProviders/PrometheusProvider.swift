package import AnalysisCore
package import HTTPTransport
package import Primitives

/// Prometheus' HTTP API: `/api/v1/query` and `/api/v1/query_range`, of Prometheus and of those that speak like it.
package enum PrometheusProvider {
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
  ) throws(ProviderSpecError) -> HTTPRequest {
    guard !query.query.isEmpty else { throw ProviderSpecError("the query is empty") }
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
  private static func endpoint(range: Bool, at address: String) throws(ProviderSpecError) -> String {
    guard !address.isEmpty else { throw ProviderSpecError("no address of the server is given") }
    let lowercase = address.lowercased()
    guard lowercase.hasPrefix("http://") || lowercase.hasPrefix("https://") else {
      throw ProviderSpecError("the address \"\(address)\" is no http or https URL")
    }
    let whole = address.prefix { $0 != "#" }
    let mark = whole.firstIndex(of: "?") ?? whole.endIndex
    var path = whole[..<mark]
    while path.last == "/" { path.removeLast() }
    return path + (range ? "/api/v1/query_range" : "/api/v1/query") + whole[mark...]
  }

  private static func rangeParameters(
    _ range: PrometheusQuery.Range,
    now: Instant
  ) throws(ProviderSpecError) -> String {
    let start = try instant(range.start, "start", now)
    let end = try instant(range.end, "end", now)
    guard start <= end else { throw ProviderSpecError("the range query ends before it starts") }
    guard let step = Duration(go: range.step), step > .zero else {
      throw ProviderSpecError("the step \"\(range.step)\" of the range query is no positive duration")
    }
    return "&start=\(seconds(start.nanosecondsSinceEpoch))&end=\(seconds(end.nanosecondsSinceEpoch))"
      + "&step=\(seconds(step.wholeNanoseconds))"
  }

  private static func instant(
    _ text: String,
    _ field: String,
    _ now: Instant
  ) throws(ProviderSpecError) -> Instant {
    do throws(ExpressionError) {
      return try TimeExpression.instant(text, now: now)
    } catch {
      throw ProviderSpecError("the \(field) \"\(text)\" of the range query: \(error)")
    }
  }

  /// Seconds with three digits.
  private static func seconds(_ nanoseconds: Int64) -> String {
    let milliseconds = nanoseconds / 1_000_000
    let fraction = String(milliseconds.magnitude % 1000 + 1000).dropFirst()
    return "\(milliseconds < 0 ? "-" : "")\(milliseconds.magnitude / 1000).\(fraction)"
  }
}
