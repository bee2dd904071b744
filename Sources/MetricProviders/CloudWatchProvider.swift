import AnalysisCore
import HTTPTransport
import Primitives

/// Amazon CloudWatch's `GetMetricData`, in its JSON protocol.
enum CloudWatchProvider {
  /// As many pages of one answer as are asked for.
  static let longestAnswer = 10

  static func measure(_ query: CloudWatchQuery, context: ProviderContext) async -> ProviderAnswer {
    do throws(ProviderFailure) {
      guard let region = context.variable("AWS_REGION") ?? context.variable("AWS_DEFAULT_REGION") else {
        throw ProviderFailure("no region is given; AWS_REGION says it")
      }
      let url = context.awsEndpoint("CLOUDWATCH", host: "monitoring", region: region)
      var pages: [JSONValue] = []
      var token: String?
      repeat {
        let request = try request(for: query, url: url, now: context.now, token: token)
        let signed = try await context.signed(request, as: AWSIdentity(region: region), service: "monitoring")
        pages.append(try await context.exchange(signed, read: page))
        token = pages.last?["NextToken"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      } while token != nil && pages.count < longestAnswer
      return answer(from: pages, isCut: token != nil)
    } catch {
      return ProviderAnswer(error, asking: "cloudWatch")
    }
  }

  /// The request for a page, not yet signed; no I/O.
  static func request(
    for query: CloudWatchQuery,
    url: String,
    now: Instant,
    token: String? = nil
  ) throws(ProviderFailure) -> HTTPRequest {
    guard !query.queries.isEmpty else { throw ProviderFailure("no metricDataQueries are given") }
    let interval = try ProviderRequest.duration(query.intervalText, "interval")
    var body: JSONValue = [
      "StartTime": .double((now - interval).inSecondsSinceEpoch),
      "EndTime": .double(now.inSecondsSinceEpoch),
      "MetricDataQueries": .array(query.queries),
    ]
    body["NextToken"] = token.map(JSONValue.string)
    var request = try ProviderRequest.confidential(
      url: try ProviderRequest.checked(url, "address of CloudWatch"),
      headers: [("X-Amz-Target", "GraniteServiceVersion20100801.GetMetricData")],
      body: body,
      timeout: .seconds(30)
    )
    request.headers.set("Content-Type", "application/x-amz-json-1.0")
    return request
  }

  private static func page(_ response: HTTPResponse) throws(ProviderFailure) -> JSONValue {
    let excerpt = ProviderRequest.excerpt(response.body)
    // AWS says "too many requests" with the status of a bad one.
    if response.status == 400, excerpt.contains("Throttling") {
      throw ProviderFailure("the server answered 400 with \(excerpt)", isOutage: true)
    }
    let json = try ProviderRequest.json(of: response)
    guard json["MetricDataResults"]?.array != nil else {
      throw ProviderFailure("the answer has no MetricDataResults: \(excerpt)")
    }
    return json
  }

  /// The results as a list of objects with `Id`, `Label`, `Values`, `Timestamps`, `StatusCode`; those of later pages
  /// go on those of the first.
  static func answer(from pages: [JSONValue], isCut: Bool) -> ProviderAnswer {
    var results: [JSONValue] = []
    var messages: [String] = []
    for page in pages {
      messages += (page["Messages"]?.array ?? []).map { $0.text() }
      for part in page["MetricDataResults"]?.array ?? [] {
        messages += (part["Messages"]?.array ?? []).map { $0.text() }
        guard let place = results.firstIndex(where: { $0["Id"] == part["Id"] }) else {
          results.append(part)
          continue
        }
        for field in ["Values", "Timestamps"] {
          results[place][field] = .array((results[place][field]?.array ?? []) + (part[field]?.array ?? []))
        }
        results[place]["StatusCode"] = part["StatusCode"]
      }
    }
    for place in results.indices where results[place]["Values"]?.array == nil {
      results[place]["Values"] = []
    }
    let values = results.map { $0["Values"]?.array ?? [] }
    let parts = results.filter { $0["StatusCode"]?.string.map { $0 != "Complete" } ?? false }
    let words = parts.first.map { "\($0["Id"]?.string ?? ""): \($0["StatusCode"]?.string ?? "")" }
    return ProviderAnswer(
      value: .json(.array(results)),
      valueText: "[" + values.map { "[" + $0.map(text).joined(separator: " ") + "]" }.joined(separator: " ")
        + "]",
      metadata: messages.isEmpty ? [:] : ["messages": "[" + messages.joined(separator: " ") + "]"],
      shortfall: isCut ? "more than \(longestAnswer) pages" : words,
      isEmpty: values.allSatisfy(\.isEmpty)
    )
  }

  private static func text(_ json: JSONValue) -> String { json.double.map(GoFormat.general) ?? json.text() }
}

extension Instant {
  /// Seconds since 1970, to the millisecond.
  fileprivate var inSecondsSinceEpoch: Double { Double(nanosecondsSinceEpoch / 1_000_000) / 1000 }
}
