import AnalysisCore
import Glibc
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Every provider against servers that misbehave in every way: an error that says so, and no secret in it.
@Suite(.timeLimit(.minutes(3))) struct HostileProviderTests {
  private func refused(_ answer: ProviderAnswer, _ reason: String, isOutage: Bool = false) {
    let error = answer.error ?? ""
    #expect(error.lowercased().contains(reason.lowercased()), "\(answer)")
    #expect(!"\(answer)".contains("hunter2"), "\(answer)")
    #expect(!error.contains("\n") && error.utf8.count < 1000)
    #expect(answer.value == nil)
    #expect(answer.isOutage == isOutage, "\(answer)")
  }

  @Test(arguments: ProviderCase.all, [401, 403, 404, 429, 500, 503])
  func `a status that refuses is told with the server's words`(provider: ProviderCase, status: Int) async {
    let own = ["prometheus": "hunter2-basic hunter2-header", "web": "Bearer hunter2-bearer"]
    let shared = "hunter2-api hunter2-app hunter2-newrelic hunter2-wavefront hunter2-influx hunter2-aws"
    let words = "no luck with \(own[provider.testDescription] ?? "hunter2-session") \(shared)"
    let body = #"{"errors":["\#(words)"]}"#
    let server = RawServer.answering { _ in
      "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
    defer { server.stop() }
    let answer = await provider.ask(server)
    // Graphite's 500 is what a wrong query gets.
    let isQuestion = provider.testDescription == "graphite" && status == 500
    refused(answer, "no luck with ", isOutage: status == 429 || status >= 500 && !isQuestion)
    #expect(answer.error?.contains("answered \(status)") == true, "\(answer)")
    #expect(answer.error?.hasPrefix("cannot query \(provider.testDescription): ") == true, "\(answer)")
  }

  @Test(arguments: ProviderCase.all)
  func `what is no answer is no measurement`(provider: ProviderCase) async {
    for (body, reason) in [
      ("", "with an empty body"), ("<html>Sign in</html>", "<html>sign in</html>"), ("[1,2", "[1,2"),
      (#"{"data":7,"series":"x","timeseries":5,"MetricDataResults":{}}"#, ""), ("null", ""), ("\"text\"", ""),
      ("[[[[]]]]", ""), ("{}", ""),
    ] {
      // Flux answers are CSV, in which these are tables without a value.
      let influx = provider.testDescription == "influxdb"
      let server = RawServer.answering { _ in RawServer.ok(body) }
      defer { server.stop() }
      refused(await provider.ask(server), influx ? "no results returned" : reason)
    }
  }

  @Test(arguments: ProviderCase.all)
  func `nobody there is an outage`(provider: ProviderCase) async {
    let url = "http://127.0.0.1:\(RawServer.freePort())"
    let answer = await measure(provider: provider.spec(url), context: ProviderCase.context(url))
    refused(answer, "failed to connect", isOutage: true)
  }

  @Test(arguments: ProviderCase.all)
  func `a connection that ends early is an outage`(provider: ProviderCase) async {
    let server = RawServer { peer in
      guard peer.readRequest() != nil else { return }
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"a\":")
    }
    defer { server.stop() }
    refused(await provider.ask(server), "transfer closed", isOutage: true)
  }

  @Test(arguments: ProviderCase.all)
  func `ten megabytes are too much`(provider: ProviderCase) async {
    let body = "[" + String(repeating: "1234567890,", count: 1_000_000) + "1]"
    let server = RawServer.answering { _ in RawServer.ok(body) }
    defer { server.stop() }
    refused(await provider.ask(server), "the answer is longer than 4194304 bytes")
  }

  @Test(arguments: ProviderCase.all)
  func `a circle of redirects ends, and takes no secret elsewhere`(provider: ProviderCase) async {
    let server = RawServer.answering { request in
      "HTTP/1.1 302 F\r\nLocation: \(request.target)\r\nContent-Length: 0\r\n\r\n"
    }
    defer { server.stop() }
    let answer = await provider.ask(server)
    let follows = ["prometheus", "web", "kayenta", "graphite", "skywalking"].contains(
      provider.testDescription
    )
    refused(answer, follows ? "redirects" : "answered 302")
    #expect(server.requestCount == (follows ? 11 : 1))
  }

  @Test(arguments: ProviderCase.all)
  func `cancelling ends the question to a server that never answers`(provider: ProviderCase) async throws {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.waitForClose()
    }
    defer { server.stop() }
    let task = Task { await provider.ask(server) }
    try await waitFor("the question") { server.requestCount > 0 ? true : nil }
    task.cancel()
    refused(await task.value, "cancelled", isOutage: true)
  }

  @Test func `a server that never answers meets the time limit of the spec`() async {
    let server = RawServer { peer in
      _ = peer.readRequest()
      peer.waitForClose()
    }
    defer { server.stop() }
    for block: JSONValue in [
      ["datadog": ["query": "q", "requestTimeout": "150ms"]],
      ["web": ["url": .string(server.url), "timeoutSeconds": 1]],
      ["prometheus": ["address": .string(server.url), "query": "up", "timeout": 1]],
    ] {
      let context = ProviderCase.context(server.url)
      refused(await measure(provider: ProviderSpec(block), context: context), "timed out", isOutage: true)
    }
  }

  @Test(arguments: ProviderCase.all)
  func `a certificate that has expired is refused in the library's words`(provider: ProviderCase) async throws
  {
    let server = try expired()
    defer { server.stop() }
    let url = "https://127.0.0.1:\(server.port)"
    let context = ProviderCase.context(url, tls: TLSOptions(caPEM: try server.folder.read("cert.pem")))
    let answer = try await waitFor("an answer") {
      let answer = await measure(provider: provider.spec(url), context: context)
      return answer.isOutage ? nil : answer
    }
    refused(answer, "certificate has expired")
  }

  /// OpenSSL's own server, whose certificate was good for a day long ago.
  private func expired() throws -> LocalServer {
    let server = try LocalServer()
    let path = server.folder.path
    try server.folder.write("", to: "index")
    try server.folder.write(
      """
      [ca]
      default_ca = own
      [own]
      database = \(path)/index
      new_certs_dir = \(path)
      rand_serial = yes
      default_md = sha256
      policy = any
      x509_extensions = host
      [any]
      commonName = supplied
      [host]
      subjectAltName = IP:127.0.0.1
      basicConstraints = CA:true
      """,
      to: "ca.conf"
    )
    try ChildProcess.run(
      "openssl",
      "req",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-subj",
      "/CN=old",
      "-keyout",
      "\(path)/key.pem",
      "-out",
      "\(path)/request.pem"
    )
    try ChildProcess.run(
      "openssl",
      "ca",
      "-batch",
      "-selfsign",
      "-notext",
      "-config",
      "\(path)/ca.conf",
      "-keyfile",
      "\(path)/key.pem",
      "-in",
      "\(path)/request.pem",
      "-out",
      "\(path)/cert.pem",
      "-startdate",
      "20200101000000Z",
      "-enddate",
      "20200102000000Z"
    )
    try server.start(
      "openssl",
      "s_server",
      "-accept",
      "127.0.0.1:\(server.port)",
      "-cert",
      "\(path)/cert.pem",
      "-key",
      "\(path)/key.pem",
      "-www",
      "-quiet"
    )
    return server
  }
}
