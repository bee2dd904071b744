import AnalysisCore
import HTTPTransport
import Testing

@testable import MetricProviders

@Suite struct PrometheusAnswerTests {
  private func answer(_ body: String, status: Int = 200) -> ProviderAnswer {
    PrometheusProvider.answer(from: HTTPResponse(status: status, body: Array(body.utf8)))
  }

  private func success(_ type: String, _ result: String) -> ProviderAnswer {
    answer(#"{"status":"success","data":{"resultType":"\#(type)","result":\#(result)}}"#)
  }

  @Test(arguments: [
    ("scalar", #"[1700000000.1,"0.95"]"#, MetricValue.number(0.95), "0.95"),
    ("scalar", #"[1,"+Inf"]"#, .number(.infinity), "+Inf"),
    ("scalar", #"[1,"-Inf"]"#, .number(-.infinity), "-Inf"),
    ("scalar", #"[1,"1e-3"]"#, .number(0.001), "0.001"),
    ("vector", "[]", .list([]), "[]"),
    ("vector", #"[{"metric":{},"value":[1,"1"]}]"#, .list([1]), "[1]"),
    (
      "vector", #"[{"metric":{"a":"b"},"value":[1,"0.9"]},{"metric":{},"value":[1,"1"]}]"#, .list([0.9, 1]),
      "[0.9,1]"
    ),
    (
      "matrix", #"[{"metric":{},"values":[[1,"1"],[2,"2"]]},{"metric":{},"values":[[1,"3"]]}]"#,
      .list([1, 2, 3]),
      "[1,2,3]"
    ),
    ("matrix", "[]", .list([]), "[]"),
  ])
  func `numbers are read`(type: String, result: String, value: MetricValue, text: String) {
    let answer = success(type, result)
    #expect(answer.value == value)
    #expect(answer.valueText == text)
    #expect(answer.error == nil)
  }

  @Test func `NaN stays NaN`() throws {
    let scalar = success("scalar", #"[1,"NaN"]"#)
    guard case .number(let number) = scalar.value else { throw ProviderFailure("\(scalar)") }
    #expect(number.isNaN)
    #expect(scalar.valueText == "NaN")
    let vector = success("vector", #"[{"metric":{},"value":[1,"NaN"]},{"metric":{},"value":[1,"2"]}]"#)
    #expect(vector.valueText == "[NaN,2]")
  }

  @Test(arguments: [
    ("string", #"[1,"x"]"#, "a string, which is no metric"),
    ("cube", "[]", "a result of the unknown type \"cube\""),
    ("scalar", "[]", "a malformed scalar: []"),
    ("scalar", "0.95", "a malformed scalar: 0.95"),
    ("scalar", #"[1,0.95]"#, "a malformed scalar: [1,0.95]"),
    ("scalar", #"[1,"0x10"]"#, "a malformed scalar: [1,\"0x10\"]"),
    ("scalar", #"[1,""]"#, "a malformed scalar: [1,\"\"]"),
    ("scalar", #"[1,"1.2.3"]"#, "a malformed scalar: [1,\"1.2.3\"]"),
    ("vector", "{}", "a malformed vector: {}"),
    ("vector", #"[{"metric":{}}]"#, #"a malformed vector: {"metric":{}}"#),
    ("vector", #"[{"metric":{},"histogram":[1,{}]}]"#, "a native histogram, which is no number"),
    ("matrix", #"[{"metric":{}}]"#, #"a malformed matrix: {"metric":{}}"#),
    ("matrix", #"[{"values":[["x"]]}]"#, #"a malformed matrix: ["x"]"#),
    ("vector", "null", "a malformed vector: null"),
  ])
  func `another shape is an error, never a value`(type: String, result: String, reason: String) {
    let answer = success(type, result)
    #expect(answer.value == nil)
    #expect(answer.error?.contains(reason) == true, "\(answer)")
  }

  @Test(arguments: [
    (200, "", "the server answered 200 with an empty body"),
    (502, "", "the server answered 502 with an empty body"),
    (
      200, "<html>\n <b>Log in</b></html>",
      "the server answered 200 with no JSON: <html> <b>Log in</b></html>"
    ),
    (503, "Service\nUnavailable\n", "the server answered 503 with Service Unavailable"),
    (200, "{}", "the server answered 200: {}"),
    (200, "[]", "the server answered 200: []"),
    (200, "null", "the server answered 200: null"),
    (200, #"{"status":"success"}"#, "the server answered with no result"),
    (200, #"{"status":"success","data":{"resultType":"vector"}}"#, "the server answered with no result"),
    (
      400, #"{"status":"error","errorType":"bad_data","error":"1:5: parse error: unclosed"}"#,
      "the server answered 400 bad_data: 1:5: parse error: unclosed"
    ),
    (
      200, #"{"status":"error","errorType":"timeout","error":"query timed out"}"#,
      "the server answered 200 timeout: query timed out"
    ),
    (
      500, #"{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}"#,
      #"the server answered 500: {"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}"#
    ),
  ])
  func `the server's own words are the error`(status: Int, body: String, error: String) {
    #expect(answer(body, status: status).error == error)
    #expect(answer(body, status: status).value == nil)
  }

  @Test func `warnings become metadata, with a value and with an error`() {
    let value = answer(
      #"{"status":"success","data":{"resultType":"vector","result":[]},"warnings":["slow","partial"]}"#
    )
    #expect(value.metadata == ["warnings": #""slow", "partial""#])
    let error = answer(#"{"status":"error","error":"x","warnings":["slow"]}"#, status: 422)
    #expect(error.metadata == ["warnings": #""slow""#])
  }

  @Test func `a long page is cut in the error`() {
    let error = answer(String(repeating: "long words ", count: 1000), status: 500).error ?? ""
    #expect(error.count < 260)
    #expect(error.hasSuffix("…"))
  }
}
