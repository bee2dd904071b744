import AnalysisCore
import HTTPTransport
import Primitives

/// Wavefront's chart API; of each series the point nearest to now counts.
enum WavefrontProvider {
  static func measure(_ query: WavefrontQuery, context: ProviderContext) async -> ProviderAnswer {
    await context.ask("wavefront") { () throws(ProviderFailure) in
      let data = try context.data(of: query.secret)
      let tokens = query.secretKeys.compactMap { data[$0].map(ProviderRequest.trimmed) }
      guard let token = tokens.first(where: { !$0.isEmpty }) else {
        throw ProviderFailure("the Secret \"\(query.secret.name)\" has no token for \"\(query.address)\"")
      }
      return try request(for: query, token: token, now: context.now)
    } read: { response in
      ProviderAnswer.catching { () throws(ProviderFailure) in
        try answer(from: try ProviderRequest.json(of: response), now: context.now)
      }
    }
  }

  /// The request for a query at this second; no I/O.
  static func request(
    for query: WavefrontQuery,
    token: String,
    now: Instant
  ) throws(ProviderFailure) -> HTTPRequest {
    guard !query.query.isEmpty else { throw ProviderFailure("the query is empty") }
    let address = query.address.contains("://") ? query.address : "https://\(query.address)"
    let time = now.secondsSinceEpoch * 1000
    let parameters = "q=\(ProviderRequest.encode(query.query))&s=\(time)&e=\(time)&g=s&p=1&strict=false"
    return try ProviderRequest.confidential(
      method: "GET",
      url: "\(try ProviderRequest.base(address))/api/v2/chart/api?\(parameters)",
      headers: [("Authorization", "Bearer \(token)"), ("Accept", "application/json")],
      timeout: .seconds(30)
    )
  }

  /// One series is a number, several are a list; the metadata say when the points are from, and how far from now.
  static func answer(from json: JSONValue, now: Instant) throws(ProviderFailure) -> ProviderAnswer {
    let warnings = json["warnings"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    if let words = json["errorMessage"]?.string ?? json["message"]?.string, json["timeseries"] == nil {
      throw ProviderFailure("the server answered: \(words)")
    }
    let series = json["timeseries"]?.array ?? []
    guard !series.isEmpty else {
      throw ProviderFailure("no time series found" + (warnings.map { ": \($0)" } ?? ""))
    }
    var points: [(time: Double, value: Double)] = []
    for one in series { points.append(try nearest(one, to: Double(now.secondsSinceEpoch))) }
    let values = points.map { fixed($0.value) }
    let times = points.map { whole($0.time) }
    let drifts = points.map { whole($0.time - Double(now.secondsSinceEpoch)) }
    func told(_ texts: [String]) -> String {
      texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ",") + "]"
    }
    var metadata = ["timestamps": told(times), "drift": told(drifts)]
    metadata["warnings"] = warnings
    return ProviderAnswer(
      value: points.count == 1 ? .number(points[0].value) : .list(points.map(\.value)),
      valueText: told(values),
      metadata: metadata
    )
  }

  private static func nearest(
    _ series: JSONValue,
    to now: Double
  ) throws(ProviderFailure) -> (time: Double, value: Double) {
    let points = (series["data"]?.array ?? []).compactMap { point -> (time: Double, value: Double)? in
      guard point.array?.count == 2, let time = point[0]?.double else { return nil }
      let value = point[1]?.double ?? (point[1]?.string == "NaN" ? .nan : nil)
      return value.map { (time, $0) }
    }
    guard let nearest = points.min(by: { abs($0.time - now) < abs($1.time - now) }) else {
      throw ProviderFailure("a series without points: \(ProviderRequest.excerpt(series.bytes()))")
    }
    return nearest
  }

  /// A number of seconds without its fraction; zero has no sign.
  private static func whole(_ seconds: Double) -> String { GoFormat.plain(seconds.rounded(.towardZero) + 0) }

  /// A number with two digits after the point.
  private static func fixed(_ number: Double) -> String {
    guard number.isFinite, abs(number) < 1e13 else { return GoFormat.plain(number) }
    let hundredths = Int64((abs(number) * 100).rounded(.toNearestOrEven))
    let rest = String(hundredths % 100)
    let sign = number.sign == .minus ? "-" : ""
    return "\(sign)\(hundredths / 100).\(rest.count == 1 ? "0" + rest : rest)"
  }
}
