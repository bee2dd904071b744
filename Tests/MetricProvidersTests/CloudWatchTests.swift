import AnalysisCore
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// CloudWatch's answers as its documentation prints them, served over HTTP.
@Suite struct CloudWatchTests {
  private func ask(
    _ answers: [String],
    change: (inout ProviderContext) -> Void = { _ in }
  ) async -> (ProviderAnswer, [RawServer.Request]) {
    let count = Locked(0)
    let server = RawServer.answering { _ in
      let turn = count.withLock { count in
        defer { count += 1 }
        return count
      }
      return RawServer.ok(answers[min(turn, answers.count - 1)])
    }
    defer { server.stop() }
    var context = ProviderCase.context(server.url)
    change(&context)
    let spec = ProviderCase.named("cloudWatch").spec(server.url)
    return (await measure(provider: spec, context: context), server.requests)
  }

  private static func result(_ values: String, status: String = "Complete", more: String = "") -> String {
    """
    {"MetricDataResults":[{"Id":"rate","Label":"errors","Timestamps":[1.7E9],"Values":[\(values)],
    "StatusCode":"\(status)"}],"Messages":[]\(more)}
    """
  }

  @Test func `a question is signed, and its answer has the names of AWS`() async throws {
    let (answer, requests) = await ask([Self.result("1.5,2")])
    #expect(answer.valueText == "[[1.5 2]]")
    guard case .json(let results) = answer.value else {
      Issue.record("\(answer)")
      return
    }
    #expect(results[0]?["Values"]?[0]?.double == 1.5 && results[0]?["Label"] == "errors")
    let request = try #require(requests.first)
    #expect(request.header("X-Amz-Target") == "GraniteServiceVersion20100801.GetMetricData")
    #expect(request.header("Content-Type") == "application/x-amz-json-1.0")
    #expect(request.header("X-Amz-Security-Token") == "hunter2-session")
    let field = request.header("Authorization") ?? ""
    #expect(
      field.hasPrefix(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20231114/us-east-1/monitoring/aws4_request, "
          + "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature="
      ),
      "\(field)"
    )
    let body = try JSONValue(parsing: request.body)
    #expect(body["StartTime"]?.double == 1_699_999_700 && body["EndTime"]?.double == 1_700_000_000)
    let query: JSONValue = [
      "Id": "rate",
      "MetricStat": ["Metric": ["Namespace": "app", "MetricName": "errors"], "Period": 60, "Stat": "Sum"],
    ]
    #expect(body["MetricDataQueries"] == [query])
  }

  @Test func `all fields of a query have their place`() {
    let query = CloudWatchQuery([
      "interval": "30m",
      "metricDataQueries": [
        ["id": "e", "expression": "a/b", "label": "rate", "period": "300", "returnData": false],
        [
          "id": "a",
          "metricStat": [
            "metric": [
              "namespace": "n", "metricName": "m", "dimensions": [["name": "x", "value": "y"]],
            ],
            "period": 300, "stat": "p99", "unit": "Seconds",
          ],
        ],
      ],
    ])
    #expect(
      query.queries == [
        ["Id": "e", "Expression": "a/b", "Label": "rate", "Period": 300, "ReturnData": false],
        [
          "Id": "a",
          "MetricStat": [
            "Metric": ["Namespace": "n", "MetricName": "m", "Dimensions": [["Name": "x", "Value": "y"]]],
            "Period": 300, "Stat": "p99", "Unit": "Seconds",
          ],
        ],
      ]
    )
    #expect(query.intervalText == "30m")
  }

  @Test func `pages of one answer are put together`() async throws {
    let (answer, requests) = await ask([
      Self.result("1", status: "PartialData", more: #","NextToken":"t2""#), Self.result("2"),
    ])
    #expect(answer.valueText == "[[1 2]]" && answer.shortfall == nil)
    #expect(requests.count == 2)
    #expect(try JSONValue(parsing: requests[1].body)["NextToken"] == "t2")
  }

  @Test func `an answer that never ends is cut, and says so`() async {
    let (answer, requests) = await ask([Self.result("1", more: #","NextToken":"again""#)])
    #expect(requests.count == 10)
    #expect(answer.shortfall == "more than 10 pages")
  }

  @Test func `what CloudWatch says of an answer is kept`() async {
    let (answer, _) = await ask([
      """
      {"MetricDataResults":[{"Id":"rate","Values":[],"StatusCode":"InternalError",
      "Messages":[{"Code":"x","Value":"y"}]}],"Messages":[{"Code":"ArithmeticError","Value":"1 of 2"}]}
      """
    ])
    #expect(answer.isEmpty && answer.valueText == "[[]]")
    #expect(answer.shortfall == "rate: InternalError")
    #expect(
      answer.metadata["messages"]
        == #"[{"Code":"ArithmeticError","Value":"1 of 2"} {"Code":"x","Value":"y"}]"#
    )
  }

  @Test(arguments: [("ThrottlingException", true), ("ValidationError", false)])
  func `too many questions are an outage, a wrong one is not`(code: String, isOutage: Bool) async {
    let body = #"{"__type":"com.amazonaws.cloudwatch#\#(code)","message":"Rate exceeded"}"#
    let server = RawServer.answering { _ in
      "HTTP/1.1 400 B\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
    defer { server.stop() }
    let answer = await ProviderCase.named("cloudWatch").ask(server)
    #expect(answer.isOutage == isOutage && answer.error?.contains("\(code)") == true, "\(answer)")
  }

  @Test func `without a region or keys nobody is asked`() async {
    let (regionless, _) = await ask(["{}"]) { $0.environment["AWS_REGION"] = nil }
    #expect(regionless.error == "cannot query cloudWatch: no region is given; AWS_REGION says it")
    let (keyless, requests) = await ask(["{}"]) { context in
      context.environment["AWS_ACCESS_KEY_ID"] = nil
      context.environment["AWS_EC2_METADATA_DISABLED"] = "true"
    }
    #expect(keyless.error?.contains("no credentials for AWS are given") == true, "\(keyless)")
    #expect(requests.isEmpty)
  }
}
