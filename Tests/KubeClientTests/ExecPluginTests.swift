import Primitives
import Testing

@testable import KubeClient

@Suite struct ExecPluginTests {
  /// A plugin that is this shell script.
  private static func plugin(_ script: String, _ environment: [String: String] = [:]) -> ExecPlugin {
    ExecPlugin(
      command: "/bin/sh",
      arguments: ["-c", script],
      environment: ["PATH": "/usr/bin:/bin"].merging(environment) { _, given in given },
      cluster: ["server": "https://c"]
    )
  }

  private static func credential(_ status: String) -> String {
    #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":\#(status)}"#
  }

  @Test func readsTheTokenAndItsExpiry() async throws {
    let output = Self.credential(#"{"token":"t0psecret","expirationTimestamp":"2027-01-15T08:00:00Z"}"#)
    let credential = try await Self.plugin("echo '\(output)'").run()
    #expect(credential.token == Secret("t0psecret"))
    #expect(credential.expires == Instant("2027-01-15T08:00:00Z"))
  }

  @Test func tellsTheProgramAboutTheClusterAndItsVariables() async throws {
    let script = #"""
      printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s %s"}}' \
        "$REGION" "$(echo "$KUBERNETES_EXEC_INFO" | grep -o 'https://c')"
      """#
    let credential = try await Self.plugin(script, ["REGION": "north"]).run()
    #expect(credential.token == Secret("north https://c"))
  }

  @Test func runsAScriptByItsPath() async throws {
    try await withFolder { folder in
      let script = "#!/bin/sh\necho '\(Self.credential(#"{"token":"t"}"#))'\n"
      try write(script, to: "\(folder)/login", isExecutable: true)
      let byPath = ExecPlugin(command: "\(folder)/login")
      #expect(try await byPath.run().token == Secret("t"))
      let byName = ExecPlugin(command: "login", environment: ["PATH": folder])
      #expect(try await byName.run().token == Secret("t"))
    }
  }

  @Test(arguments: [
    ("echo t0psecret", "its output is invalid JSON"), ("echo '{}'", "its output is no ExecCredential"),
    ("echo '\(credential("{}"))'", "neither a token nor a client certificate"),
    (
      #"echo '\#(credential(#"{"clientKeyData":"t0psecret"}"#))'"#,
      "only one of a client certificate and a client key"
    ),
    (
      #"echo '\#(credential(#"{"token":"t0psecret","expirationTimestamp":"soon"}"#))'"#, "is no RFC 3339 time"
    ),
    ("echo t0psecret; echo 'log in first' >&2; exit 3", "exited(3): log in first"),
  ])
  func saysWhatIsWrongWithoutQuotingTheOutput(script: String, reason: String) async throws {
    let error = try await error { _ = try await Self.plugin(script).run() }
    #expect(error.code == .badConfiguration)
    #expect(error.message.contains("cannot get a credential from the exec plugin /bin/sh: "))
    #expect(error.message.contains(reason), "\(error.message)")
    #expect(!error.message.contains("t0psecret"))
  }

  @Test func givesTheInstallHintWhenThereIsNoProgram() async throws {
    let plugin = ExecPlugin(
      command: "no-such-login",
      environment: ["PATH": "/bin"],
      installHint: "run\nsetup"
    )
    let error = try await error { _ = try await plugin.run() }
    #expect(error.message.hasSuffix("there is no such program; run setup"), "\(error.message)")
  }

  @Test(.timeLimit(.minutes(1)))
  func killsAProgramThatIsTooSlowWithAllItStarted() async throws {
    let error = try await error {
      _ = try await Self.plugin("sleep 300 & sleep 300").run(deadline: .milliseconds(200))
    }
    #expect(error.message.contains("it took longer than"))
    #expect(error.isTransient)
  }

  @Test func runsOnceForAllWhoWaitAndAgainWhenItExpires() async throws {
    try await withFolder { folder in
      let clock = ManualClock()
      let expiry = (clock.now + .seconds(600)).rfc3339
      let script = """
        echo x >> \(folder)/runs
        echo '\(Self.credential(#"{"token":"t","expirationTimestamp":"\#(expiry)"}"#))'
        """
      let source = CredentialSource(.exec(Self.plugin(script)), now: { clock.now })
      try await withThrowingTaskGroup(of: Authorization.self) { group in
        for _ in 0..<8 { group.addTask { try await source.authorization() } }
        for try await authorization in group { #expect(authorization.header?.value == "Bearer t") }
      }
      #expect(try LocalFile.read("\(folder)/runs", purpose: "log").count == 2)
      clock.advance(by: .seconds(595))
      _ = try await source.authorization()
      #expect(try LocalFile.read("\(folder)/runs", purpose: "log").count == 4)
    }
  }
}
