import AnalysisCore
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// InfluxDB's answers to Flux as its documentation prints them, served over HTTP.
@Suite struct InfluxDBTests {
  private func ask(_ answer: String) async -> (ProviderAnswer, RawServer.Request?) {
    let server = RawServer.answering { _ in
      RawServer.ok(answer.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n"))
    }
    defer { server.stop() }
    return (await ProviderCase.named("influxdb").ask(server), server.requests.first)
  }

  private static func table(_ type: String, _ values: [String], fallback: String = "") -> String {
    """
    #datatype,string,long,dateTime:RFC3339,\(type),string
    #group,false,false,false,false,true
    #default,_result,,,\(fallback),
    ,result,table,_time,_value,host
    \(values.map { ",,0,2026-01-01T00:00:00Z,\($0),h" }.joined(separator: "\n"))

    """
  }

  @Test func `a query is sent in Flux, its answer asked for with types`() async throws {
    let (answer, request) = await ask(Self.table("double", ["0.5", "1e-3", "NaN"]))
    #expect(request?.method == "POST" && request?.target == "/api/v2/query?org=acme")
    #expect(request?.header("Authorization") == "Token hunter2-influx")
    #expect(request?.header("Accept") == "application/csv")
    let body = try JSONValue(parsing: request?.body ?? [])
    #expect(body["query"] == "from(bucket: \"b\")" && body["type"] == "flux")
    #expect(body["dialect"]?["annotations"] == ["datatype", "group", "default"])
    guard case .list(let values) = answer.value else {
      Issue.record("\(answer)")
      return
    }
    #expect(values[0] == 0.5 && values[1] == 0.001 && values[2].isNaN)
    #expect(answer.valueText == "[0.5 0.001 NaN]")
  }

  @Test(
    arguments: [
      ("long", ["1", "-2"], "", .list([1, -2]), "[1 -2]"),
      (
        "unsignedLong", ["18446744073709551615"], "", .list([18_446_744_073_709_551_616]),
        "[18446744073709552000]"
      ),
      ("double", ["+Inf", "-Inf"], "", .list([.infinity, -.infinity]), "[+Inf -Inf]"),
      ("double", ["1", ""], "", .json([1.0, .null]), "[1 <nil>]"),
      ("double", ["1", ""], "7", .list([1, 7]), "[1 7]"),
      ("boolean", ["true", "false"], "", .json([true, false]), "[true false]"),
      (
        "string", ["a b", "\"x, \"\"y\"\"\nz\""], "", .json(["a b", "x, \"y\"\r\nz"]), "[a b x, \"y\"\r\nz]"
      ),
      (
        "dateTime:RFC3339", ["2026-01-01T00:00:00Z"], "", .json(["2026-01-01T00:00:00Z"]),
        "[2026-01-01T00:00:00Z]"
      ),
    ] as [(String, [String], String, MetricValue, String)]
  )
  func `a value is what its column says`(
    type: String,
    values: [String],
    fallback: String,
    value: MetricValue,
    text: String
  ) async {
    let (answer, _) = await ask(Self.table(type, values, fallback: fallback))
    #expect(answer.value == value, "\(answer)")
    #expect(answer.valueText == text)
  }

  @Test func `tables follow one another, with columns of their own`() async {
    let second = """
      #datatype,string,long,long
      #group,false,false,false
      #default,_result,,
      ,result,table,_value
      ,,1,5
      ,,1,6
      """
    let (answer, _) = await ask(Self.table("double", ["0.5"]) + "\n" + second)
    #expect(answer.value == .list([0.5, 5, 6]), "\(answer)")
  }

  @Test(arguments: [
    (table("double", []), "no results returned from the flux query"),
    ("\n\n", "no results returned from the flux query"),
    (table("double", ["x"]), "a malformed double: x"), (table("long", ["1.5"]), "a malformed long: 1.5"),
    (table("boolean", ["yes"]), "a malformed boolean: yes"),
    ("#datatype,string,long\n,\"a", "the answer ends within a quoted field"),
    (
      """
      #datatype,string,string
      #group,true,true
      #default,,
      ,error,reference
      ,Failed to parse query: loc 1:1-1:4,897
      """, "the server answered: Failed to parse query: loc 1:1-1:4"
    ),
  ])
  func `an answer without values is an error`(body: String, reason: String) async {
    let (answer, _) = await ask(body)
    #expect(answer.error?.hasSuffix(reason) == true, "\(answer)")
  }

  @Test func `a Secret that is not whole says which key it lacks`() async {
    let query = InfluxDBQuery(["query": "q", "profile": "mine"])
    let context = ProviderContext(
      client: HTTPClient(),
      now: ProviderCase.now,
      secrets: [query.secret: ["address": "http://i", "org": " "]]
    )
    let answer = await measure(provider: .influxDB(query), context: context)
    #expect(answer.error == "cannot query influxdb: the Secret \"mine\" has no key \"org\"")
  }
}
