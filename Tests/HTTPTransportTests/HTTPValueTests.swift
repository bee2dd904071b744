import Testing

@testable import HTTPTransport

@Suite struct HTTPValueTests {
  @Test func `header names compare without regard to case`() {
    var headers: HTTPHeaders = ["Content-Type": "a", "x-y": "1", "X-Y": "2"]
    #expect(headers["content-TYPE"] == "a")
    #expect(headers.values(of: "X-y") == ["1", "2"])
    #expect(headers["x"] == nil)
    headers.set("x-Y", "3")
    #expect(headers.values(of: "x-y") == ["3"])
    headers.add("X-Y", "4")
    #expect(headers.pairs.map(\.1) == ["a", "3", "4"])
  }

  @Test(arguments: [
    ("http://a/b?c#d", "http", "a", "/b"),
    ("HTTPS://User:p@A.b:81/x", "https", "a.b:81", "/x"),
    ("http://[::1]:80", "http", "[::1]:80", ""),
    ("http://a?b", "http", "a", ""),
  ])
  func `a URL falls into its parts`(url: String, scheme: String, authority: String, path: String) throws {
    let parts = try #require(URLParts(url))
    #expect(parts.scheme == scheme)
    #expect(parts.authority == authority)
    #expect(parts.path == path)
  }

  @Test(arguments: [
    "", "a", "http:", "http://", "http:///x", "file:///etc/passwd", "ftp://a", "http://a b", "http://:8",
  ])
  func `what is no http URL is refused`(url: String) {
    #expect(URLParts(url) == nil)
  }

  @Test(arguments: [
    ("http://a", "a", "80"), ("https://a", "a", "443"), ("https://a:1", "a", "1"),
    ("http://[::1]", "[::1]", "80"),
    ("http://[::1]:9", "[::1]", "9"),
  ])
  func `the port is the scheme's unless named`(url: String, host: String, port: String) throws {
    let parts = try #require(URLParts(url)).hostAndPort
    #expect(parts.host == host)
    #expect(parts.port == port)
  }

  @Test func `a summary holds no password and no query`() {
    let request = HTTPRequest(method: "PUT", url: "http://me:secret@host:1/p/q?token=secret#secret")
    #expect(request.summary == "PUT http://host:1/p/q")
  }

  @Test func `a head starts anew with each status line and leaves trailers out`() {
    var head = ResponseHead()
    func feed(_ line: String) -> ResponseHead.Progress {
      Array(line.utf8).withUnsafeBytes { head.receive($0) }
    }
    #expect(feed("HTTP/1.1 103 Early Hints\r\n") == .more)
    #expect(feed("Link: x\r\n") == .more)
    #expect(feed("\r\n") == .complete)
    #expect(feed("HTTP/2 204\r\n") == .more)
    #expect(feed("A:  1 \r\n") == .more)
    #expect(feed(" folded\r\n") == .more)
    #expect(feed("no colon\r\n") == .more)
    #expect(feed("B:\r\n") == .more)
    #expect(feed("\r\n") == .complete)
    #expect(feed("Trailer: 1\r\n") == .more)
    #expect(feed(String(repeating: "x", count: ResponseHead.limit)) == .tooLong)
    #expect(head.status == 204)
    #expect(head.version == .http2)
    #expect(head.headers == ["A": "1 folded", "B": ""])
  }
}
