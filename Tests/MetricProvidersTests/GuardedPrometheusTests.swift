import AnalysisCore
import Glibc
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Debian's Prometheus behind TLS and a password.
@Suite(
  .timeLimit(.minutes(2)),
  .enabled(if: access("/usr/bin/prometheus", X_OK) == 0, "no prometheus here")
)
struct GuardedPrometheusTests {
  private final class Server: Sendable {
    let port = RawServer.freePort()
    let folder: TemporaryFolder
    private let process: ChildProcess

    init() throws {
      folder = try TemporaryFolder()
      let path = folder.path
      try ChildProcess.run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-subj",
        "/CN=prometheus",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-days",
        "2",
        "-keyout",
        "\(path)/key.pem",
        "-out",
        "\(path)/cert.pem"
      )
      try folder.write("{}", to: "prometheus.yml")
      try folder.write(
        """
        tls_server_config: { cert_file: cert.pem, key_file: key.pem }
        basic_auth_users: { me: "$2b$04$lFzZdcormMUk/dUFqyvzNeYMYNKUyynRnPNn6iRXOnWNHJeIb9Mpm" }
        """,
        to: "web.yml"
      )
      process = try ChildProcess(
        [
          "/usr/bin/prometheus", "--config.file=\(path)/prometheus.yml", "--web.config.file=\(path)/web.yml",
          "--storage.tsdb.path=\(path)/data", "--web.listen-address=127.0.0.1:\(port)",
        ],
        output: "\(path)/log"
      )
    }

    func stop() { process.stop() }
  }

  private func ask(
    _ server: Server,
    password: String = "hunter2",
    insecure: Bool = false,
    tls: TLSOptions = TLSOptions()
  ) async -> ProviderAnswer {
    let query = PrometheusQuery(
      address: "https://127.0.0.1:\(server.port)",
      query: "scalar(vector(7))",
      insecure: insecure,
      authentication: .basic(username: "me", password: password)
    )
    let client = HTTPClient(options: HTTPClientOptions(tls: tls))
    let now = Instant(secondsSinceEpoch: Int64(time(nil)))
    return await measure(provider: .prometheus(query), context: ProviderContext(client: client, now: now))
  }

  @Test func `only who trusts it and knows the password gets an answer`() async throws {
    let server = try Server()
    defer { server.stop() }
    let trust = TLSOptions(caPEM: try server.folder.read("cert.pem"))
    let deadline = ContinuousClock.now + .seconds(60)
    var answer = await ask(server, tls: trust)
    while answer.isOutage, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(50))
      answer = await ask(server, tls: trust)
    }
    #expect(answer.value == .number(7), "\(answer)")
    #expect(await ask(server, insecure: true).value == .number(7))
    let stranger = await ask(server)
    #expect(stranger.error?.contains("certificate") == true && !stranger.isOutage, "\(stranger)")
    let wrong = await ask(server, password: "hunter3", insecure: true)
    #expect(wrong.error?.contains("the server answered 401 with Unauthorized") == true, "\(wrong)")
    #expect(!wrong.isOutage && !"\(wrong)".contains("hunter3"))
  }
}
