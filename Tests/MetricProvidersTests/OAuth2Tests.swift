import AnalysisCore
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Tokens fetched from one server and shown to another.
@Suite(.timeLimit(.minutes(2))) struct OAuth2Tests {
  /// Hands out the tokens `hunter2-token-1`, `-2` and so on; takes only the newest, or the first `refusals` ones never.
  private final class Servers: Sendable {
    let issued = Locked(0)
    let tokens: RawServer
    let metrics: RawServer

    init(
      lifetime: String = #","expires_in":3600"#,
      takesHeader: Bool = true,
      accepts: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) {
      let issued = issued
      tokens = RawServer.answering { request in
        let form = String(decoding: request.body, as: UTF8.self)
        let isHeader = request.header("Authorization") == "Basic bWU6aHVudGVyMi1jbGllbnQlM0E="
        let isBody = form.contains("client_id=me&client_secret=hunter2-client%3A")
        guard takesHeader ? isHeader : isBody else {
          return "HTTP/1.1 401 U\r\nContent-Length: 28\r\n\r\n{\"error\": \"invalid_client\"}  "
        }
        let number = issued.withLock { count in
          count += 1
          return count
        }
        return RawServer.ok(#"{"access_token":"hunter2-token-\#(number)","token_type":"bearer"\#(lifetime)}"#)
      }
      metrics = RawServer.answering { request in
        let field = request.header("Authorization") ?? ""
        let number = Int(field.split(separator: "-").last ?? "") ?? 0
        guard field.hasPrefix("Bearer hunter2-token-"), accepts(number) else {
          let body = "refused: \(field)"
          return "HTTP/1.1 401 U\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }
        return RawServer.ok(#"{"a":\#(number)}"#)
      }
    }

    func spec(secret: String = "hunter2-client:") -> ProviderSpec {
      ProviderSpec([
        "web": [
          "url": .string(metrics.url), "jsonPath": "{.a}", "timeoutSeconds": 20,
          "authentication": [
            "oauth2": [
              "tokenUrl": .string(tokens.url + "/token"), "clientId": "me", "clientSecret": .string(secret),
              "scopes": ["read", "metrics"],
            ]
          ],
        ]
      ])
    }

    func stop() {
      tokens.stop()
      metrics.stop()
    }
  }

  private let context = ProviderContext(client: HTTPClient(), now: Instant(secondsSinceEpoch: 1_700_000_000))

  @Test func `a token is fetched once and used until its end`() async {
    let servers = Servers()
    defer { servers.stop() }
    var context = context
    #expect(await measure(provider: servers.spec(), context: context).value == .json(1))
    context.now = context.now + .seconds(3589)
    #expect(await measure(provider: servers.spec(), context: context).value == .json(1))
    context.now = context.now + .seconds(1)
    #expect(await measure(provider: servers.spec(), context: context).value == .json(2))
    let form = servers.tokens.requests.first.map { String(decoding: $0.body, as: UTF8.self) }
    #expect(form == "grant_type=client_credentials&scope=read%20metrics")
    #expect(servers.tokens.requests.first?.header("Content-Type") == "application/x-www-form-urlencoded")
    #expect(servers.tokens.requests.first?.target == "/token")
  }

  @Test func `a token that is refused is fetched anew, once`() async {
    let servers = Servers(lifetime: "", accepts: { $0 != 1 })
    defer { servers.stop() }
    // The first token is fresh when it is refused: another one would not be better.
    let first = await measure(provider: servers.spec(), context: context)
    #expect(first.error?.contains("the server answered 401 with refused: Bearer *****") == true, "\(first)")
    #expect(await measure(provider: servers.spec(), context: context).value == .json(2))
    #expect(await measure(provider: servers.spec(), context: context).value == .json(2))
    #expect(servers.issued.withLock { $0 } == 2)
  }

  @Test func `a server that reads the body only gets it there`() async {
    let servers = Servers(takesHeader: false)
    defer { servers.stop() }
    #expect(await measure(provider: servers.spec(), context: context).value == .json(1))
    #expect(servers.tokens.requestCount == 2)
  }

  @Test func `other credentials are another token`() async {
    let servers = Servers()
    defer { servers.stop() }
    #expect(await measure(provider: servers.spec(), context: context).value == .json(1))
    let answer = await measure(provider: servers.spec(secret: "hunter2-wrong"), context: context)
    #expect(
      answer.error == "cannot query web: cannot get a token: POST \(servers.tokens.url)/token: "
        + "the server answered 401 with {\"error\": \"invalid_client\"}"
    )
    #expect(!answer.isOutage)
  }

  @Test(arguments: [
    ("{}", "the answer has no access_token"), ("", "with an empty body"), ("<html>", "no JSON: <html>"),
    (#"{"access_token":7}"#, "the answer has no access_token"),
  ])
  func `an answer without a token says so`(body: String, reason: String) async {
    let tokens = RawServer.answering { _ in RawServer.ok(body) }
    defer { tokens.stop() }
    let block: JSONValue = ["tokenUrl": .string(tokens.url), "clientId": "a", "clientSecret": "hunter2-x"]
    let spec = ProviderSpec([
      "prometheus": ["address": "http://127.0.0.1:9", "query": "up", "authentication": ["oauth2": block]]
    ])
    let answer = await measure(provider: spec, context: context)
    #expect(answer.error?.hasPrefix("cannot query prometheus: cannot get a token: POST ") == true)
    #expect(answer.error?.contains(reason) == true, "\(answer)")
    #expect(!"\(answer) \(spec)".contains("hunter2"))
  }

  @Test func `a token server that is away is an outage`() async {
    let url = "http://127.0.0.1:\(RawServer.freePort())"
    let block: JSONValue = ["tokenUrl": .string(url), "clientId": "a", "clientSecret": "hunter2-x"]
    let spec = ProviderSpec(["web": ["url": "http://127.0.0.1:9/", "authentication": ["oauth2": block]]])
    #expect(await measure(provider: spec, context: context).isOutage)
  }
}
