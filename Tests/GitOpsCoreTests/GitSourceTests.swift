import GitOpsCore
import KubeModel
import Primitives
import Testing

@Suite struct GitSourceTests {
  @Test func takesDefaultsForWhatIsAbsent() {
    let source = Samples.source()
    #expect(source.branch == "main")
    #expect(source.interval == .seconds(30))
    #expect(source.prune && source.selfHeal)
    #expect(source.writeBackMode == .none)
    #expect(source.issues.isEmpty)
    #expect(source.lockPath == "envs/production/serin.lock")
  }

  @Test func writesBackByCommitsOnceWriteBackIsThere() {
    let source = Samples.source([
      "writeBack": ["author": ["name": "Bird", "email": "b@x.org"]], "auth": ["secretRef": ["name": "key"]],
    ])
    #expect(source.writeBackMode == .commit)
    #expect(source.writeBranch == "main")
    #expect(source.authorName == "Bird")
    #expect(source.writeSecret == "key")
  }

  @Test func writesToABranchOfItsOwnWhenAsked() {
    #expect(Samples.source(["writeBack": ["mode": "branch"]]).writeBranch == "serin/shop-config")
  }

  @Test(arguments: [
    (".", ""), ("./", ""), ("/", ""), ("./a/b/", "a/b"), ("a//b", "a/b"),
  ])
  func normalizesThePath(written: String, path: String) {
    #expect(Samples.source(["path": .string(written)]).path == path)
  }

  @Test(
    arguments: [
      (["url": .null], "spec.url: is required"),
      (["url": "ftp://x/y"], "spec.url: \"ftp://x/y\" is no https, ssh or file address"),
      (["path": "../up"], "spec.path: \"../up\" leads out of the repository"),
      (["interval": "soon"], "spec.interval: \"soon\" is no duration of at least 100ms"),
      (["interval": "0s"], "spec.interval: \"0s\" is no duration of at least 100ms"),
      (["interval": 5], "spec.interval: \"5\" is no duration of at least 100ms"),
      (["branch": ""], "spec.branch: \"\" is no branch name"),
      (["writeBack": ["mode": "push"]], "spec.writeBack.mode: \"push\" is none of commit, branch, none"),
      (["url": 7], "spec.url: must be a string, not 7"),
      (["branch": ["main"]], "spec.branch: must be a string, not [\"main\"]"),
      (["sync": true], "spec.sync: must be an object, not true"),
      (["sync": ["prune": "false"]], "spec.sync.prune: must be true or false, not \"false\""),
      (["auth": ["secretRef": "ada"]], "spec.auth.secretRef: must be an object, not \"ada\""),
    ] as [(JSONValue, String)]
  )
  func listsWhatCannotBeMeant(spec: JSONValue, issue: String) {
    #expect(Samples.source(spec).issues.map(\.description) == [issue])
  }

  @Test(arguments: ["git@host:shop.git", "ssh://git@host/x", "file:///tmp/x", "http://h/x"])
  func acceptsTheUsualAddresses(url: String) {
    #expect(Samples.source(["url": .string(url)]).issues.isEmpty)
  }
}
