import Glibc
import HTTPTransport
import KubeModel
import Primitives
import Subprocess
import Testing

@testable import KubeClient

private let hasOpenSSL = LocalFile.stamp("/usr/bin/openssl") != nil

@Suite(.enabled(if: hasOpenSSL, "there is no openssl program"), .timeLimit(.minutes(1)))
struct ClientCertificateTests {
  @Test func showsTheClientCertificateOfTheKubeconfig() async throws {
    try await withFolder { folder in
      try await Self.makeCertificates(in: folder)
      try await Self.withTLSServer(in: folder) { port in
        try write(Self.kubeconfig(port: port, user: "me"), to: "\(folder)/config")
        let configuration = try await KubeConfiguration.load(path: "\(folder)/config", environment: [:])
        let client = KubeClient(configuration: configuration)
        let pod = try await Self.whenServed { () async throws(KubeError) in
          try await client.get(.pods, namespace: "n", name: "a")
        }
        #expect(pod.name == "a")

        let anonymous = KubeClient(
          configuration: try await KubeConfiguration.load(
            path: "\(folder)/config",
            context: "anonymous",
            environment: [:]
          )
        )
        let refused = try await error { _ = try await anonymous.get(.pods, namespace: "n", name: "a") }
        #expect(refused.code == .unreachable)

        var stranger = configuration
        stranger.tls.caPEM = nil
        let untrusted = KubeClient(configuration: stranger)
        let error = try await error { _ = try await untrusted.get(.pods, namespace: "n", name: "a") }
        #expect(error.code == .unreachable)
        #expect(!error.isTransient)
        #expect(!error.message.contains("PRIVATE KEY"))
      }
    }
  }

  @Test func showsTheClientCertificateOfAnExecPlugin() async throws {
    try await withFolder { folder in
      try await Self.makeCertificates(in: folder)
      // The PEM as a JSON string: line breaks become \n.
      let script = """
        pem() { awk '{printf "%s\\\\n", $0}' "$1"; }
        printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{'
        printf '%s' "\\"clientCertificateData\\":\\"$(pem \(folder)/me.crt)\\",\\"clientKeyData\\":\\"$(pem \(folder)/me.key)\\"}}"
        """
      let plugin = ExecPlugin(
        command: "/bin/sh",
        arguments: ["-c", script],
        environment: ["PATH": "/usr/bin:/bin"]
      )
      try await Self.withTLSServer(in: folder) { port in
        let client = KubeClient(
          configuration: KubeConfiguration(
            server: "https://127.0.0.1:\(port)",
            tls: TLSOptions(caPEM: try LocalFile.read("\(folder)/ca.crt", purpose: "authority")),
            proxy: "",
            credentials: .exec(plugin)
          )
        )
        let pod = try await Self.whenServed { () async throws(KubeError) in
          try await client.get(.pods, namespace: "n", name: "a")
        }
        #expect(pod.name == "a")
      }
    }
  }

  private static func kubeconfig(port: Int, user: String) -> String {
    """
    current-context: me
    clusters:
    - {name: c, cluster: {server: "https://127.0.0.1:\(port)", certificate-authority: ca.crt, proxy-url: ""}}
    users: [{name: me, user: {client-certificate: me.crt, client-key: me.key}}]
    contexts:
    - {name: me, context: {cluster: c, user: me}}
    - {name: anonymous, context: {cluster: c}}
    """
  }

  /// An authority, a certificate for 127.0.0.1 and one for the client, and the answer that the server serves.
  private static func makeCertificates(in folder: String) async throws {
    let script = """
      set -e
      openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=authority
      for name in server me; do
        openssl req -newkey rsa:2048 -nodes -keyout $name.key -out $name.csr -subj /CN=$name
        printf 'subjectAltName=IP:127.0.0.1' > $name.ext
        openssl x509 -req -in $name.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out $name.crt -days 2 -extfile $name.ext
      done
      mkdir -p api/v1/namespaces/n/pods
      body='{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}'
      printf 'HTTP/1.0 200 OK\\r\\nContent-Type: application/json\\r\\n\\r\\n%s' "$body" > api/v1/namespaces/n/pods/a
      """
    let result = try await Subprocess.run(
      .name("sh"),
      arguments: ["-c", "cd \(folder) && \(script)"],
      output: .discarded,
      error: .string(limit: 1 << 16)
    )
    try #require(result.terminationStatus.isSuccess, "\(result.standardError)")
  }

  /// Runs `openssl s_server`, which demands a client certificate; it is killed when the body ends.
  private static func withTLSServer(
    in folder: String,
    _ body: @escaping @Sendable (Int) async throws -> Void
  ) async throws {
    let port = freePort()
    let command =
      "cd \(folder) && exec openssl s_server -accept 127.0.0.1:\(port) -cert server.crt -key server.key "
      + "-CAfile ca.crt -Verify 1 -verify_return_error -HTTP -quiet"
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        // Cancelling the task kills the server.
        _ = try await Subprocess.run(
          .name("sh"),
          arguments: ["-c", command],
          output: .discarded,
          error: .discarded
        )
      }
      try await body(port)
      group.cancelAll()
      while case .failure? = await group.nextResult() {}
    }
  }

  private static func freePort() -> Int {
    let (descriptor, port) = ScriptedServer.bindFreePort()
    close(descriptor)
    return port
  }

  /// Tries until the server listens, for at most ten seconds.
  private static func whenServed(_ body: () async throws(KubeError) -> JSONValue) async throws -> JSONValue {
    let deadline = SystemClock.now() + .seconds(10)
    while true {
      do throws(KubeError) {
        return try await body()
      } catch {
        guard error.isTransient, SystemClock.now() < deadline else { throw error }
        await Task.yield()
      }
    }
  }
}
