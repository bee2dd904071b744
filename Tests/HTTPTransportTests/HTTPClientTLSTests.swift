import Glibc
import Primitives
import Testing

@testable import HTTPTransport

@Suite(.serialized, .timeLimit(.minutes(2))) struct HTTPClientTLSTests {
  private let fixture: TLSFixture

  init() throws { fixture = try TLSFixture() }

  private func options(ca: String? = "ca.crt", client: Bool = false) throws -> HTTPClientOptions {
    HTTPClientOptions(
      tls: TLSOptions(
        caPEM: try ca.map(fixture.pem),
        clientCertificatePEM: client ? try fixture.pem("client.crt") : nil,
        clientKeyPEM: client ? try fixture.pem("client.key") : nil
      )
    )
  }

  /// Starts nginx with HTTP/2 and optional client certificates; it answers with what it saw.
  private func nginx(port: Int, tls: String = "") throws -> ChildProcess {
    try fixture.folder.write(
      """
      daemon off; master_process off; pid nginx.pid; error_log error.log;
      events { worker_connections 512; }
      http {
        access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u;
        scgi_temp_path s;
        server {
          listen 127.0.0.1:\(port) ssl http2; ssl_certificate server.crt; ssl_certificate_key server.key;
          ssl_client_certificate ca.crt; \(tls)
          location / { return 200 "$server_protocol $connection $http_host $ssl_server_name $ssl_client_s_dn"; }
          location /big { root .; }
        }
      }
      """,
      to: "nginx.conf"
    )
    return try ChildProcess(
      ["nginx", "-p", fixture.folder.path, "-e", "error.log", "-c", fixture.file("nginx.conf")],
      output: fixture.file("nginx.log")
    )
  }

  private func whenUp(_ client: HTTPClient, _ request: HTTPRequest) async throws -> HTTPResponse {
    var last: Result<HTTPResponse, HTTPError>?
    await eventually("the server listens") {
      do throws(HTTPError) { last = .success(try await client.send(request)) } catch {
        last = .failure(error)
      }
      if case .failure(let error) = last { return error.kind != .cannotConnect }
      return true
    }
    return try #require(last).get()
  }

  @Test func `a client certificate and HTTP 2 reach nginx, many requests over one connection`() async throws {
    let port = RawServer.freePort()
    let server = try nginx(port: port, tls: "ssl_verify_client on;")
    defer { server.stop() }
    let client = HTTPClient(options: try options(client: true))
    let request = HTTPRequest(url: "https://127.0.0.1:\(port)/")
    let response = try await whenUp(client, request)
    #expect(response.version == .http2)
    #expect(response.text.hasPrefix("HTTP/2.0 "))
    #expect(response.text.hasSuffix("CN=client"))
    let texts = await withTaskGroup(of: String?.self) { group in
      for _ in 0..<100 { group.addTask { (try? await client.send(request))?.text } }
      return await group.reduce(into: Set<String?>()) { $0.insert($1) }
    }
    #expect(texts.count == 1, "a burst shares the connection: \(texts)")
    let bare = HTTPClient(options: try options())
    #expect(try await bare.send(request).status == 400, "nginx says that a certificate is missing")
  }

  @Test func `a stream speaks HTTP 1 on a connection of its own`() async throws {
    let port = RawServer.freePort()
    let server = try nginx(port: port)
    defer { server.stop() }
    let client = HTTPClient(options: try options())
    _ = try await whenUp(client, HTTPRequest(url: "https://127.0.0.1:\(port)/"))
    let stream = try await client.stream(HTTPRequest(url: "https://127.0.0.1:\(port)/", deadline: nil))
    let text = String(decoding: try await stream.body.collect(upTo: 1000), as: UTF8.self)
    #expect(text.hasPrefix("HTTP/1.1 "))
  }

  @Test func `a large HTTP 2 answer comes whole`() async throws {
    let port = RawServer.freePort()
    let server = try nginx(port: port)
    defer { server.stop() }
    try ChildProcess.run("dd", "if=/dev/urandom", "of=\(fixture.file("big"))", "bs=1M", "count=20")
    let client = HTTPClient(options: try options())
    let response = try await whenUp(client, HTTPRequest(url: "https://127.0.0.1:\(port)/big"))
    #expect(response.version == .http2)
    #expect(response.body == (try fixture.pem("big")))
  }

  @Test func `the server's name and authority are checked unless told otherwise`() async throws {
    let port = RawServer.freePort()
    let server = try nginx(port: port)
    defer { server.stop() }
    let request = HTTPRequest(url: "https://127.0.0.1:\(port)/")
    let good = try options()
    _ = try await whenUp(HTTPClient(options: good), request)

    let stranger = await HTTPClient(options: try options(ca: "stranger.crt")).failure(request)
    #expect(stranger?.kind == .tls)
    #expect(stranger?.isTransient == false)
    #expect(await HTTPClient(options: try options(ca: nil)).failure(request)?.kind == .tls)
    let wrongName = HTTPRequest(url: "https://localhost:\(port)/")
    #expect(await HTTPClient(options: good).failure(wrongName)?.kind == .tls)

    var insecure = try options(ca: "stranger.crt")
    insecure.tls.insecure = true
    #expect(try await HTTPClient(options: insecure).send(wrongName).status == 200)

    // On the same client, so that neither reuses the other's connection.
    let strict = HTTPClient(options: try options(ca: "stranger.crt"))
    var careless = wrongName
    careless.insecure = true
    #expect(try await strict.send(careless).status == 200)
    #expect(await strict.failure(wrongName)?.kind == .tls)

    var named = good
    named.tls.serverName = "shop.example"
    let text = try await HTTPClient(options: named).send(wrongName).text
    #expect(text.contains(" localhost:\(port) shop.example"), "\(text)")
    named.tls.serverName = "other.example"
    #expect(await HTTPClient(options: named).failure(wrongName)?.kind == .tls)
  }

  @Test(arguments: [true, false])
  func `a server that insists on certificates tells those with from those without`(has: Bool) async throws {
    let port = RawServer.freePort()
    let server = try ChildProcess([
      "openssl", "s_server", "-accept", "127.0.0.1:\(port)", "-cert", fixture.file("server.crt"), "-key",
      fixture.file("server.key"), "-CAfile", fixture.file("ca.crt"), "-Verify", "1", "-verify_return_error",
      "-www",
    ])
    defer { server.stop() }
    let client = HTTPClient(options: try options(client: has))
    let request = HTTPRequest(url: "https://127.0.0.1:\(port)/")
    if has {
      #expect(try await whenUp(client, request).status == 200)
    } else {
      do {
        _ = try await whenUp(client, request)
        Issue.record("got in without a certificate")
      } catch let error as HTTPError {
        #expect(error.kind == .tls, "\(error)")
      }
    }
  }

  @Test(arguments: ["", "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n"])
  func `certificates and keys that are none are a TLS error`(pem: String) async throws {
    let server = RawServer { $0.waitForClose() }
    defer { server.stop() }
    let request = HTTPRequest(url: "https://127.0.0.1:\(server.port)/", deadline: .seconds(5))
    var options = try options(client: true)
    options.tls.clientCertificatePEM = Array(pem.utf8)
    #expect(await HTTPClient(options: options).failure(request)?.kind == .tls)
    options = try self.options()
    options.tls.caPEM = Array(pem.utf8)
    #expect(await HTTPClient(options: options).failure(request)?.kind == .tls)
  }

  @Test func `a proxy tunnels TLS and only sees the name`() async throws {
    let port = RawServer.freePort()
    let server = try nginx(port: port)
    defer { server.stop() }
    let request = HTTPRequest(url: "https://127.0.0.1:\(port)/")
    _ = try await whenUp(HTTPClient(options: try options()), request)
    let proxy = RawServer { TunnelProxy.serve($0, port: port) }
    defer { proxy.stop() }
    var options = try options()
    options.proxy = proxy.url
    let response = try await HTTPClient(options: options).send(request)
    #expect(response.status == 200)
    #expect(response.headers["X-Proxy"] == nil)
    #expect(proxy.requests.map(\.target) == ["127.0.0.1:\(port)"])
  }
}

/// Answers CONNECT and copies bytes both ways.
enum TunnelProxy {
  static func serve(_ peer: RawServer.Peer, port: Int) {
    guard peer.readRequest()?.method == "CONNECT" else { return }
    let upstream = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(upstream) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = UInt16(port).bigEndian
    let connected = withUnsafeBytes(of: &address) { bytes in
      connect(upstream, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
    guard connected == 0 else { return }
    peer.write("HTTP/1.1 200 Tunnel\r\nX-Proxy: 1\r\n\r\n")
    var pair = [
      pollfd(fd: peer.socket, events: Int16(POLLIN), revents: 0),
      pollfd(fd: upstream, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&pair, 2, 10_000) > 0 {
      for (from, to) in [(0, 1), (1, 0)] where pair[from].revents != 0 {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(pair[from].fd, &buffer, buffer.count, 0)
        guard count > 0, send(pair[to].fd, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
      }
    }
  }
}
