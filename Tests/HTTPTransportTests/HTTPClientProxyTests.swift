import Glibc
import Testing

@testable import HTTPTransport

@Suite(.timeLimit(.minutes(2))) struct HTTPClientProxyTests {
  @Test func `an explicit proxy gets the whole URL, loopback or not`() async throws {
    let proxy = RawServer.answering { RawServer.ok("via proxy \($0.target)") }
    defer { proxy.stop() }
    let client = HTTPClient(options: HTTPClientOptions(proxy: proxy.url))
    let response = try await client.send(HTTPRequest(url: "http://shop.invalid/x?y=z"))
    #expect(response.text == "via proxy http://shop.invalid/x?y=z")
  }

  @Test func `a proxy that is down is a failure to connect`() async throws {
    let client = HTTPClient(options: HTTPClientOptions(proxy: "http://127.0.0.1:\(RawServer.freePort())"))
    #expect(await client.failure(HTTPRequest(url: "http://shop.invalid/"))?.kind == .cannotConnect)
  }

  @Test func `a proxy that refuses the tunnel is an error that says so`() async throws {
    let proxy = RawServer.answering { _ in "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n" }
    defer { proxy.stop() }
    let client = HTTPClient(options: HTTPClientOptions(proxy: proxy.url))
    let error = await client.failure(HTTPRequest(url: "https://shop.invalid/"))
    #expect(error?.message.contains("403") == true, "\(String(describing: error))")
  }

  @Test func `the environment names proxies and exceptions, an empty option overrules it`() async throws {
    await #expect(processExitsWith: .success) {
      let proxy = RawServer.answering { _ in RawServer.ok("proxy") }
      let server = RawServer.answering { _ in RawServer.ok("server") }
      setenv("http_proxy", proxy.url, 1)
      let request = HTTPRequest(url: server.url)
      let proxied = try await HTTPClient().send(request).text
      #expect(proxied == "proxy")
      let direct = try await HTTPClient(options: HTTPClientOptions(proxy: "")).send(request).text
      #expect(direct == "server")
      setenv("no_proxy", "example.com,127.0.0.0/8", 1)
      let excepted = try await HTTPClient().send(request).text
      #expect(excepted == "server")
    }
  }
}
