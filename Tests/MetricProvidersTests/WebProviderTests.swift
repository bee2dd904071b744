import AnalysisCore
import HTTPTransport
import Primitives
import Testing

@testable import MetricProviders

@Suite struct WebProviderTests {
  private func refusal(_ json: JSONValue) -> String? {
    do throws(ProviderFailure) {
      _ = try WebProvider.request(for: WebQuery(json))
      return nil
    } catch {
      return error.description
    }
  }

  private func answer(_ body: String, status: Int = 200, path: String = "{$}") -> ProviderAnswer {
    WebProvider.answer(from: HTTPResponse(status: status, body: Array(body.utf8)), jsonPath: path)
  }

  @Test func `a plain spec is a GET of ten seconds`() throws {
    let request = try WebProvider.request(for: WebQuery(["url": "http://web/x?y=1"]))
    #expect(request.method == "GET")
    #expect(request.url == "http://web/x?y=1")
    #expect(request.deadline == .seconds(10))
    #expect(request.headers.pairs.isEmpty)
    #expect(request.body.isEmpty)
  }

  @Test func `a full spec is sent as it stands`() throws {
    let request = try WebProvider.request(
      for: WebQuery([
        "url": "https://web/x", "method": "PUT", "insecure": true, "timeoutSeconds": 3,
        "headers": [
          ["key": "Authorization", "value": "Bearer x"], ["key": "content-type", "value": "text/plain"],
        ],
        "jsonBody": ["b": [1, 2.5], "a": "x"],
      ])
    )
    #expect(request.method == "PUT")
    #expect(request.insecure)
    #expect(request.deadline == .seconds(3))
    #expect(request.headers == ["Authorization": "Bearer x", "Content-Type": "application/json"])
    #expect(request.body == Array(#"{"a":"x","b":[1,2.5]}"#.utf8))
  }

  @Test func `a text body keeps the type that the headers give`() throws {
    let request = try WebProvider.request(
      for: WebQuery([
        "url": "http://web", "method": "POST", "body": "a=b",
        "headers": [["key": "Content-Type", "value": "x/y"]],
      ])
    )
    #expect(request.body == Array("a=b".utf8))
    #expect(request.headers["content-type"] == "x/y")
  }

  @Test(
    arguments: [
      ([:], "\"\" is no http or https URL"),
      (["url": "file:///etc/passwd"], "\"file:///etc/passwd\" is no http or https URL"),
      (["url": "http://web", "method": "DELETE"], "the method DELETE is not GET, POST or PUT"),
      (["url": "http://web", "body": "x"], "a GET has no body"),
      (
        ["url": "http://web", "method": "POST", "body": "x", "jsonBody": [:]],
        "both body and jsonBody are given"
      ),
      (
        ["url": "http://web", "jsonPath": "$.a"],
        "jsonPath \"$.a\": malformed JSON path at character 1: a path stands in braces, as in {.a.b}"
      ),
      (
        ["url": "http://web", "authentication": ["ntlm": ["tokenUrl": "http://t"]]],
        "authentication by ntlm is not supported"
      ),
    ] as [(JSONValue, String)]
  )
  func `a spec that cannot be asked says why`(json: JSONValue, reason: String) {
    #expect(refusal(json) == reason)
  }

  @Test(
    arguments: [
      (#"{"data":{"ok":true,"rate":0.5}}"#, "{.data.rate}", .json(0.5), "0.5"),
      (#"{"data":{"ok":true}}"#, "{$.data.ok}", .json(true), "true"),
      (#"{"data":[{"n":1},{"n":2}]}"#, "{.data[*].n}", .json(1), "1"),
      (#"{"a":1}"#, "{$}", .json(["a": 1]), #"{"a":1}"#),
      ("17", "{$}", .json(17), "17"),
      ("\"text\"", "{$}", .json("text"), "\"text\""),
      (#"{"a":null}"#, "{.a}", .json(.null), "null"),
      ("healthy", "{$}", .text("healthy"), "healthy"),
      ("<html>", "{$}", .text("<html>"), "<html>"),
      ("NaN", "{$}", .text("NaN"), "NaN"),
    ] as [(String, String, MetricValue, String)]
  )
  func `the first match or the text is the value`(
    body: String,
    path: String,
    value: MetricValue,
    text: String
  ) {
    let answer = answer(body, path: path)
    #expect(answer.value == value)
    #expect(answer.valueText == text)
    #expect(answer.error == nil)
  }

  @Test(arguments: [
    (200, "", "{$}", "the server answered 200 with an empty body"),
    (204, "", "{$}", "the server answered 204 with an empty body"),
    (200, " \n", "{$}", "the server answered 200 with an empty body"),
    (302, "moved", "{$}", "the server answered 302 with moved"),
    (404, "", "{$}", "the server answered 404 with an empty body"),
    (500, #"{"data":1}"#, "{.data}", #"the server answered 500 with {"data":1}"#),
    (200, "<html>Sign in</html>", "{.a}", "the server answered 200 with no JSON: <html>Sign in</html>"),
    (200, #"{"a":NaN}"#, "{.a}", #"the server answered 200 with no JSON: {"a":NaN}"#),
    (200, #"{"a":1}"#, "{.b}", #"nothing found at {.b} in the answer: {"a":1}"#),
    (200, #"{"a":[]}"#, "{.a[?(@.x==1)]}", #"nothing found at {.a[?(@.x==1)]} in the answer: {"a":[]}"#),
  ])
  func `no answer is never a value`(status: Int, body: String, path: String, error: String) {
    let answer = answer(body, status: status, path: path)
    #expect(answer.value == nil)
    #expect(answer.valueText.isEmpty)
    #expect(answer.error == error)
  }
}
