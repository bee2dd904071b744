import AnalysisCore
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Datadog's answers as its documentation prints them, served over HTTP.
@Suite struct DatadogTests {
  private func ask(
    _ block: JSONValue,
    answer: String,
    change: (inout ProviderContext) -> Void = { _ in }
  ) async -> (ProviderAnswer, RawServer.Request?) {
    let server = RawServer.answering { _ in RawServer.ok(answer) }
    defer { server.stop() }
    var context = ProviderCase.context(server.url)
    if context.environment["DD_ADDRESS"] == nil { change(&context) }
    for (name, value) in context.environment where value == "SERVER" {
      context.environment[name] = server.url
    }
    for (secret, data) in context.secrets where data["address"] == "SERVER" {
      context.secrets[secret]?["address"] = server.url
    }
    let answer = await measure(provider: ProviderSpec(["datadog": block]), context: context)
    return (answer, server.requests.first)
  }

  private static func series(_ points: String, more: String = "") -> String {
    """
    {"status":"ok","resp_version":1,"series":[{"end":1700000099000,"metric":"x","interval":20,"length":2,"aggr":"avg",
    "scope":"*","expression":"avg:x{*}","pointlist":[\(points)],"unit":[null,null]}\(more)],"to_date":1700000000000,
    "res_type":"time_series","values":[],"times":[],"message":"","group_by":[]}
    """
  }

  @Test func `version 1 asks for a window in seconds, with both keys`() async {
    let (answer, request) = await ask(
      ["query": "avg:x{a:b} by {c}", "interval": "10m"],
      answer: Self.series("[1700000080000.0,0.002],[1700000090000.0,0.00033]")
    )
    #expect(answer.value == .number(0.00033))
    #expect(answer.valueText == "0.00033")
    #expect(
      request?.target
        == "/api/v1/query?from=1699999400&query=avg%3Ax%7Ba%3Ab%7D%20by%20%7Bc%7D&to=1700000000"
    )
    #expect(request?.method == "GET")
    #expect(request?.header("DD-API-KEY") == "hunter2-api")
    #expect(request?.header("DD-APPLICATION-KEY") == "hunter2-app")
  }

  @Test func `version 1 without data is missing, not zero`() async {
    let empty = #"{"status":"ok","series":[]}"#
    for body in [empty, Self.series(""), Self.series("[1700000090000.0,null]")] {
      let (answer, _) = await ask(["query": "x"], answer: body)
      #expect(answer.value == .missing && answer.isEmpty && answer.valueText == "[]", "\(answer)")
    }
  }

  @Test func `of several series the first counts, and that is told`() async {
    let more = #",{"pointlist":[[1,9]]},{"pointlist":[[1,8]]}"#
    let (answer, _) = await ask(["query": "x"], answer: Self.series("[1,2],[3,4],[5,null]", more: more))
    #expect(answer.value == .number(4))
    #expect(answer.metadata == ["warnings": "2 more series were left out"])
  }

  @Test(arguments: [
    (#"{"status":"error","error":"Error parsing query: unable to parse x"}"#, "unable to parse x"),
    (series(#"[1]"#), "a malformed point: [1]"), (series(#"[1,"a"]"#), "a malformed point: [1,\"a\"]"),
    (#"{"series":{}}"#, "the answer has no series"),
  ])
  func `a malformed answer of version 1 is an error`(body: String, reason: String) async {
    let (answer, _) = await ask(["query": "x"], answer: body)
    #expect(answer.error?.contains(reason) == true, "\(answer)")
  }

  private static func columns(_ columns: String) -> String {
    #"{"data":{"type":"scalar_response","attributes":{"columns":[\#(columns)]}}}"#
  }

  @Test func `version 2 asks for scalars of a formula in milliseconds`() async throws {
    let (answer, request) = await ask(
      [
        "apiVersion": "v2", "queries": ["b": "sum:b{*}", "a": "sum:a{*}"], "formula": "a / b",
        "aggregator": "sum",
      ],
      answer: Self.columns(#"{"type":"number","name":"a / b","values":[0.25],"meta":{"unit":null}}"#)
    )
    #expect(answer.value == .number(0.25))
    #expect(request?.method == "POST" && request?.target == "/api/v2/query/scalar")
    #expect(request?.header("Content-Type") == "application/json")
    let body = try JSONValue(parsing: request?.body ?? [])
    let expected: JSONValue = [
      "data": [
        "type": "scalar_request",
        "attributes": [
          "from": 1_699_999_700_000, "to": 1_700_000_000_000, "formulas": [["formula": "a / b"]],
          "queries": [
            ["name": "a", "query": "sum:a{*}", "data_source": "metrics", "aggregator": "sum"],
            ["name": "b", "query": "sum:b{*}", "data_source": "metrics", "aggregator": "sum"],
          ],
        ],
      ]
    ]
    #expect(body == expected)
  }

  @Test func `version 2 with one query takes its last value`() async throws {
    let (answer, request) = await ask(
      ["apiVersion": "v2", "query": "avg:x{*}"],
      answer: Self.columns(#"{"type":"number","name":"query","values":[7]}"#)
    )
    #expect(answer.value == .number(7))
    let query = try JSONValue(parsing: request?.body ?? [])["data"]?["attributes"]?["queries"]?[0]
    #expect(query?["aggregator"] == "last" && query?["query"] == "avg:x{*}")
  }

  @Test func `groups are a list, told with their tags`() async {
    let (answer, _) = await ask(
      ["apiVersion": "v2", "query": "avg:x{*} by {service}"],
      answer: Self.columns(
        #"{"type":"group","name":"service","values":[["web"],["db"],["old"]]},"#
          + #"{"type":"number","name":"query","values":[0.5,0.75,null]}"#
      )
    )
    #expect(answer.value == .list([0.5, 0.75]))
    #expect(
      answer.metadata == [
        "groups": #"[{"group":{"service":"web"},"value":0.5},{"group":{"service":"db"},"value":0.75}]"#
      ]
    )
  }

  @Test func `of many groups the lowest and the highest are told`() async throws {
    let names = (0..<250).map { #"["s\#($0)"]"# }.joined(separator: ",")
    let numbers = (0..<250).map { String(($0 * 7) % 250) }.joined(separator: ",")
    let (answer, _) = await ask(
      ["apiVersion": "v2", "query": "avg:x{*} by {service}"],
      answer: Self.columns(
        #"{"type":"group","name":"service","values":[\#(names)]},{"type":"number","values":[\#(numbers)]}"#
      )
    )
    guard case .list(let values) = answer.value else {
      Issue.record("\(answer)")
      return
    }
    #expect(values.count == 250)
    let told = try JSONValue(parsing: answer.metadata["groups"] ?? "").array ?? []
    #expect(told.compactMap { $0["value"]?.double } == (Array(0..<50) + Array(200..<250)).map(Double.init))
    #expect(answer.metadata["groups_truncated"] == "true")
  }

  @Test(arguments: [
    (columns(""), true), (columns(#"{"type":"number","values":[]}"#), true),
    (columns(#"{"type":"number","values":[null]}"#), true),
    (columns(#"{"type":"group","name":"s","values":[]},{"type":"number","values":[]}"#), true),
    (columns(#"{"type":"number","values":["x"]}"#), false),
    (#"{"data":{"attributes":{}},"errors":"bad formula"}"#, false),
    (#"{"errors":[{"detail":"bad formula"}]}"#, false),
  ])
  func `version 2 without a number has no value`(body: String, isEmpty: Bool) async {
    let (answer, _) = await ask(["apiVersion": "v2", "query": "x"], answer: body)
    #expect(answer.isEmpty == isEmpty && (answer.error != nil) == !isEmpty, "\(answer)")
  }

  @Test func `the environment stands for the shared Secret, not for one that is named`() async {
    let variables = ["DD_API_KEY": "env-api", "DD_APP_KEY": "env-app", "DD_ADDRESS": "SERVER"]
    let (_, shared) = await ask(["query": "x"], answer: "{}") { context in
      context.environment.merge(variables) { $1 }
    }
    #expect(shared?.header("DD-API-KEY") == "env-api" && shared?.header("DD-APPLICATION-KEY") == "env-app")
    let named = ProviderSecret(place: .run, name: "mine", confidentialKeys: ["api-key", "app-key"])
    let block: JSONValue = ["query": "x", "secretRef": ["name": "mine", "namespaced": true]]
    let (_, own) = await ask(block, answer: "{}") { context in
      context.environment.merge(variables) { $1 }
      context.secrets[named] = ["api-key": "own-api", "app-key": "own-app", "address": "SERVER"]
    }
    #expect(own?.header("DD-API-KEY") == "own-api")
    let (missing, _) = await ask(block, answer: "{}") { context in
      context.environment.merge(variables) { $1 }
    }
    #expect(
      missing.error == "cannot query datadog: there is no Secret \"mine\" in the AnalysisRun's namespace"
    )
  }

  @Test func `a Secret without a key says which`() async {
    let shared = ProviderSecret(
      place: .controller,
      name: "datadog",
      confidentialKeys: ["api-key", "app-key"]
    )
    let (answer, _) = await ask(["query": "x"], answer: "{}") { context in
      context.secrets[shared] = ["api-key": "k", "address": "SERVER"]
    }
    #expect(answer.error == "cannot query datadog: the Secret \"datadog\" has no key \"app-key\"")
  }
}
