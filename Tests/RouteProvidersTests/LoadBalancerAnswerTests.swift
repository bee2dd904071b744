import HTTPTransport
import KubeModel
import Primitives
import RouteProviders
import Testing
import TrafficPlans

/// Answers that AWS should not give, and silence: each is a failure that says what was asked and what came, in time.
@Suite(.timeLimit(.minutes(2))) struct LoadBalancerAnswerTests {
  private static let host = "web-1.eu-west-1.elb.amazonaws.com"

  private static func reply(_ status: Int, _ body: String) -> String {
    "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private static func error(_ code: String, _ message: String) -> String {
    "<ErrorResponse xmlns=\"http://x/\"><Error><Type>Sender</Type><Code>\(code)</Code>"
      + "<Message>\(message)</Message></Error><RequestId>1</RequestId></ErrorResponse>"
  }

  /// The failure of a question to a server that always answers like this.
  private func failure(_ url: String) async -> RouteFailure? {
    let client = HTTPClient()
    var failure: RouteFailure?
    do throws(RouteFailure) {
      _ = try await Moto.source(client, url).read(Moto.address(Self.host))
    } catch {
      failure = error
    }
    await client.shutdown()
    return failure
  }

  static let refusals: [(Int, String, RouteFailure.Kind, String)] = [
    (400, error("Throttling", "Rate exceeded"), .unreachable, "400, Throttling: Rate exceeded"),
    (503, "<html>busy", .unreachable, "503, <html>busy"),
    (
      403, error("AccessDenied", "User &quot;x&quot; may not"), .refused,
      "403, AccessDenied: User \"x\" may not"
    ),
    (400, error("ValidationError", "no"), .invalid, "400, ValidationError: no"),
  ]

  @Test(arguments: refusals)
  func whatAwsRefusesIsToldInItsWords(
    status: Int,
    body: String,
    kind: RouteFailure.Kind,
    words: String
  ) async {
    let server = RawServer.answering { _ in Self.reply(status, body) }
    defer { server.stop() }
    let failure = await failure(server.url)
    #expect(failure == RouteFailure(kind, "AWS, DescribeLoadBalancers: the answer is \(words)"))
    #expect(failure?.description.contains("hunter2") == false)
  }

  static let nonsense = [
    "", "no XML", "<a", "<a>", "</a>", "<a></b>", "<a/><b/>", "{\"a\": 1}", "<!-- ", "<?xml", "<>", "< />",
    "<DescribeLoadBalancersResponse/>", String(repeating: "<a>", count: 5000), "\u{0}\u{1}<\u{fffd}",
  ]

  @Test(arguments: nonsense)
  func nonsenseIsNoAnswer(body: String) async {
    let server = RawServer.answering { _ in RawServer.ok(body) }
    defer { server.stop() }
    let failure = await failure(server.url)
    #expect(failure?.kind == .invalid)
    #expect(
      failure?.description.hasPrefix("AWS, DescribeLoadBalancers: the answer is not what the API says")
        == true,
      "\(String(describing: failure))"
    )
  }

  @Test func pagesWithoutEndAreNotReadForEver() async {
    let page = "<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers/>"
    let server = RawServer.answering { _ in
      RawServer.ok(
        "\(page)<NextMarker>a=/</NextMarker></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>"
      )
    }
    defer { server.stop() }
    #expect(await failure(server.url)?.kind == .invalid)
    #expect(server.requestCount == 50)
    let forms = server.requests.map { String(decoding: $0.body, as: UTF8.self) }
    #expect(forms.first == "Action=DescribeLoadBalancers&Version=2015-12-01")
    #expect(forms.last?.hasSuffix("&Marker=a%3D%2F") == true)
    let signature = server.requests.first?.header("Authorization") ?? ""
    #expect(signature.contains("/eu-west-1/elasticloadbalancing/aws4_request"), "\(signature)")
  }

  @Test func whereNobodyListensIsNoAnswer() async {
    #expect(await failure("http://127.0.0.1:\(RawServer.freePort())")?.kind == .unreachable)
  }

  @Test func anIngressWithoutALoadBalancerAsksNobody() async throws {
    let client = HTTPClient()
    let address = RouteAddress(
      OutsidePlace(.loadBalancer, settings: ["host": ""]),
      .init(namespace: "shop", name: "web")
    )
    let answer = try await Moto.source(client, "http://127.0.0.1:1").read(address)
    await client.shutdown()
    #expect(answer == ["problem": "Ingress \"shop/web\" has no load balancer yet"])
  }
}
