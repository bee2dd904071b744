import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// A GitSource that cannot be followed says why, in the words of the other side; the password is never among them.
  @Suite(.enabled(if: WebServer.isInstalled, WebServer.missing))
  struct BadInputRemoteTests {
    /// A spec that cannot work, and what its condition says.
    struct Spec: Sendable {
      let name: String
      let spec: String
      let reason: String
      let words: [String]
    }

    @Test(.timeLimit(.minutes(2)))
    func aSourceThatCannotBeFollowedSaysWhy() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let remote = try await ShopRemote(in: stage.folder, name: "shop")
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop }\n"
        try await remote.push(["shop.yaml": map], message: "Begin")
        let server = try await WebServer(in: stage.folder, password: "right-word")
        let controller = try Controller(on: stage)
        try await stage.apply(Self.secret("wrong-word"))
        let specs = Self.specs(server: server.url, remote: remote.url)
        for spec in specs { try await stage.apply(Self.source(spec)) }
        for spec in specs {
          let condition = try await ready(stage, spec.name, reason: spec.reason)
          let message = condition["message"]?.string ?? ""
          for words in spec.words { #expect(message.contains(words), "\(spec.name): \(message)") }
          #expect(!message.contains("\n") && !message.contains("wrong-word"), "\(spec.name): \(message)")
        }
        // Once the password is right, nobody has to touch the source.
        try await stage.apply(Self.secret("right-word"))
        try await waitUntil("the source to be synced") {
          let source = try await stage.get(.gitSources, "default", "wrong-password")
          return source?.status["commit"]?.string == remote.tip.split(separator: "\n").first.map(String.init)
        }
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(1)))
    func lintFindsNonsenseInASource() async throws {
      let spec = Spec(
        name: "nonsense",
        spec: "{ url: \"ftp://x\", branch: \"a b\", path: ../x, interval: soon, brnach: main }",
        reason: "",
        words: []
      )
      let binary = try #require(Binary.path)
      let ran = try await Ran.program(binary, ["lint", "-"], input: Self.source(spec))
      #expect(ran.code == 1, "\(ran)")
      for field in ["spec.url", "spec.branch", "spec.path", "spec.interval", "spec.brnach"] {
        let line = (ran.output + ran.words).split(separator: "\n").first { $0.contains(field) } ?? ""
        #expect(line.contains(":5:"), "\(field) \(ran)")
      }
    }

    private func ready(_ stage: Stage, _ name: String, reason: String) async throws -> JSONValue {
      try await waitFor("\(name) to be \(reason)") {
        let source = try await stage.get(.gitSources, "default", name)
        let condition = source?.status["conditions"]?.array?.first { $0["type"]?.string == "Ready" }
        let isIt = condition?["reason"]?.string == reason && condition?["status"]?.string == "False"
        return isIt ? condition : nil
      }
    }

    private static func specs(server: String, remote: String) -> [Spec] {
      let gone = "file:///nonexistent/shop.git"
      let auth = "auth: { secretRef: { name: ada } }"
      return [
        Spec(
          name: "no-repository",
          spec: "{ url: \"\(gone)\", interval: 1s }",
          reason: "RepositoryNotFound",
          words: [gone, "No such file or directory"]
        ),
        Spec(
          name: "no-repository-there",
          spec: "{ url: \"\(server)/git/nobody.git\", interval: 1s, auth: { secretRef: { name: right } } }",
          reason: "AuthenticationFailed",
          words: ["the Secret default/right"]
        ),
        Spec(
          name: "wrong-password",
          spec: "{ url: \"\(server)/git/shop.git\", interval: 1s, \(auth) }",
          reason: "AuthenticationFailed",
          words: ["\(server)/git/shop.git", "password of ada"]
        ),
        Spec(
          name: "no-password",
          spec: "{ url: \"\(server)/git/shop.git\", interval: 1s }",
          reason: "AuthenticationFailed",
          words: ["it wants credentials and none are given"]
        ),
        Spec(
          name: "no-server",
          spec: "{ url: \"http://127.0.0.1:1/shop.git\", interval: 1s }",
          reason: "FetchFailed",
          words: ["http://127.0.0.1:1/shop.git", "Connection refused"]
        ),
        Spec(
          name: "no-branch",
          spec: "{ url: \"\(remote)\", branch: gone, interval: 1s }",
          reason: "BranchMissing",
          words: ["branch gone does not exist"]
        ),
        Spec(
          name: "no-url",
          spec: "{ branch: main }",
          reason: "InvalidSpec",
          words: ["spec.url: is required"]
        ),
        Spec(
          name: "nonsense",
          spec: """
            { url: "ftp://x y", branch: "a b", path: ../.., interval: soon, writeBack: { mode: maybe } }
            """,
          reason: "InvalidSpec",
          words: ["spec.url: ", "spec.branch: ", "spec.path: ", "spec.interval: ", "spec.writeBack.mode: "]
        ),
        Spec(
          name: "types",
          spec: "{ url: 7, branch: [main], path: {}, sync: 1, auth: shop, writeBack: { mode: 1 } }",
          reason: "InvalidSpec",
          words: [
            "spec.url: must be a string", "spec.branch: must be a string", "spec.path: must be a string",
            "spec.sync: must be an object", "spec.auth: must be an object",
            "spec.writeBack.mode: must be a string",
          ]
        ),
      ]
    }

    private static func source(_ spec: Spec) -> String {
      """
      apiVersion: serin.dev/v1alpha1
      kind: GitSource
      metadata:
        { name: \(spec.name), namespace: default }
      spec: \(spec.spec)
      """
    }

    private static func secret(_ password: String) -> String {
      """
      apiVersion: v1
      kind: Secret
      metadata: { name: ada, namespace: default }
      stringData: { username: ada, password: \(password) }
      """
    }
  }
}
