import Testing

extension EndToEnd {
  /// Commands that cannot do their work say why in one line, and end with a code that scripts can tell apart.
  @Suite struct BadInputCommandTests {
    @Test(arguments: [
      ("", "it names no current-context; it has no contexts"),
      ("just text", "it is no object"),
      ("a: [", "line"),
      ("apiVersion: v1\nkind: Config\n", "it names no current-context"),
      ("current-context: home\n", "no context is named home"),
    ])
    func aKubeconfigThatMakesNoSenseIsNamed(text: String, words: String) async throws {
      let folder = try TemporaryFolder()
      let file = "\(folder.path)/kubeconfig"
      try Files.write(text, to: file)
      let ran = try await serin("list", "rollouts", "--kubeconfig", file)
      #expect(ran.code == 3 && ran.output.isEmpty, "\(ran)")
      let line = try #require(ran.oneLine)
      #expect(line.hasPrefix("serin: cannot use the kubeconfig \(file): "), "\(line)")
      #expect(line.contains(words), "\(line)")
      await folder.remove()
    }

    @Test func aKubeconfigThatIsNotThereIsNamed() async throws {
      let ran = try await serin("list", "rollouts", "--kubeconfig", "/nonexistent/config")
      let line = try #require(ran.oneLine)
      #expect(ran.code == 3)
      #expect(line.contains("/nonexistent/config: No such file or directory; check --kubeconfig"), "\(line)")
    }

    @Test(arguments: [
      ["list", "rollouts"], ["get", "rollout", "web"], ["abort", "web"], ["status", "web"],
    ])
    func aClusterThatCannotBeReachedEndsWith3(command: [String]) async throws {
      let folder = try TemporaryFolder()
      let file = "\(folder.path)/kubeconfig"
      try Files.write(
        """
        apiVersion: v1
        kind: Config
        current-context: gone
        contexts: [{ name: gone, context: { cluster: gone, user: me } }]
        clusters: [{ name: gone, cluster: { server: "http://127.0.0.1:1" } }]
        users: [{ name: me, user: {} }]

        """,
        to: file
      )
      let ran = try await Ran.program(try #require(Binary.path), command + ["--kubeconfig", file])
      #expect(ran.code == 3, "\(ran)")
      let line = try #require(ran.oneLine)
      #expect(line.contains("http://127.0.0.1:1") && line.contains("onnect"), "\(line)")
      await folder.remove()
    }

    @Test(arguments: [
      ["frobnicate"], ["get", "rollout"], ["status", "web", "--timeout", "soon"],
      ["controller", "--log-level", "loud"], ["lint"],
    ])
    func wrongUsageEndsWith2(command: [String]) async throws {
      let ran = try await Ran.program(try #require(Binary.path), command)
      #expect(ran.code == 2 && ran.output.isEmpty && !ran.words.isEmpty, "\(ran)")
    }

    @Test(.timeLimit(.minutes(1)))
    func anUnknownRolloutEndsWith1AndAHintAndAWaitThatIsOverWith4() async throws {
      try await Stage.run(pods: .simulated) { stage in
        for command in ["promote", "abort", "retry", "pause", "resume", "status"] {
          let ran = try await stage.serin(command, "nobody")
          #expect(ran.code == 1 && ran.output.isEmpty, "\(command) \(ran)")
          let line = try #require(ran.oneLine, "\(command) \(ran)")
          #expect(line.contains("default/nobody: ") && line.contains("not found; see "), "\(line)")
        }
        // No controller runs, so nothing will ever be said about it.
        try await stage.apply(
          """
          apiVersion: argoproj.io/v1alpha1
          kind: Rollout
          metadata: { name: idle, namespace: default }
          spec: { replicas: 1, selector: { matchLabels: { app: idle } }, strategy: { canary: {} } }
          """
        )
        let ran = try await stage.serin("status", "idle", "--timeout", "1s")
        #expect(ran.code == 4, "\(ran)")
        #expect(ran.oneLine?.hasPrefix("serin: rollout default/idle was still ") == true, "\(ran)")
        let context = try await stage.serin("list", "rollouts", "--context", "moon")
        #expect(
          context.code == 3 && context.oneLine?.contains("no context is named moon") == true,
          "\(context)"
        )
      }
    }

    private func serin(_ arguments: String...) async throws -> Ran {
      try await Ran.program(try #require(Binary.path), arguments)
    }
  }
}
