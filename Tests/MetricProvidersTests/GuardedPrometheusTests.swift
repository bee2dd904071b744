import AnalysisCore
import Glibc
import HTTPTransport
import MetricProviders
import Primitives
import Testing

/// Debian's Prometheus behind TLS and a password.
@Suite(
  .timeLimit(.minutes(2)),
  .enabled(if: LocalServer.hasPrometheus, "no prometheus here")
)
struct GuardedPrometheusTests {
  /// A Prometheus with a certificate of its own, which lets `me` in.
  private func guarded() throws -> LocalServer {
    let web = """
      tls_server_config: { cert_file: cert.pem, key_file: key.pem }
      basic_auth_users: { me: "$2b$04$lFzZdcormMUk/dUFqyvzNeYMYNKUyynRnPNn6iRXOnWNHJeIb9Mpm" }
      """
    return try LocalServer.prometheus(
      web: web,
      prepare: { server in
        let path = server.folder.path
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
      }
    )
  }

  private func ask(
    _ server: LocalServer,
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
    let server = try guarded()
    defer { server.stop() }
    let trust = TLSOptions(caPEM: try server.folder.read("cert.pem"))
    let answer = try await waitFor("an answer") {
      let answer = await ask(server, tls: trust)
      return answer.isOutage ? nil : answer
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
