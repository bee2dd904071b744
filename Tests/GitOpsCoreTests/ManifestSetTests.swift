import GitOpsCore
import KubeModel
import Primitives
import Testing

@Suite struct ManifestSetTests {
  private func set(_ files: (String, [JSONValue])...) -> ManifestSet {
    ManifestSet(
      files: files.map { path, documents in
        SourceFile(
          path: path,
          documents: documents.enumerated().map { SourceFile.Document(json: $1, line: 1 + 10 * $0) }
        )
      },
      defaultNamespace: "shop"
    )
  }

  private func configMap(_ name: String, namespace: String? = nil) -> JSONValue {
    var object: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)]]
    if let namespace { object.set(.string(namespace), at: "metadata", "namespace") }
    return object
  }

  @Test func collectsDocumentsInTheOrderOfTheirFiles() {
    let set = set(("b.yaml", [configMap("b")]), ("a.yml", [configMap("a1"), .null, configMap("a2")]))
    #expect(set.issues.isEmpty)
    #expect(set.manifests.map(\.object.name) == ["a1", "a2", "b"])
    #expect(set.manifests.map(\.line) == [1, 21, 1])
    #expect(set.manifests.map(\.documentIndex) == [0, 2, 0])
  }

  @Test func opensLists() {
    let list: JSONValue = ["apiVersion": "v1", "kind": "List", "items": [configMap("a"), configMap("b")]]
    #expect(set(("l.yaml", [list])).manifests.map(\.object.name) == ["a", "b"])
  }

  @Test func skipsItsOwnLockHiddenFilesAndOtherFiles() {
    let set = set(
      ("envs/serin.lock", [["kind": "Lock"]]),
      (".github/ci.yaml", [["on": "push"]]),
      ("README.md", [["x": 1]])
    )
    #expect(set.manifests.isEmpty && set.issues.isEmpty)
  }

  @Test func saysWhereTheSameObjectWasDefinedBefore() {
    let set = set(
      ("a.yaml", [configMap("x")]),
      ("b.yaml", [configMap("y"), configMap("x", namespace: "shop")])
    )
    #expect(set.issues.map(\.description) == ["b.yaml:11: ConfigMap shop/x is already defined at a.yaml:1"])
  }

  @Test(
    arguments: [
      (["replicas": 3], "v.yaml:1: no Kubernetes object: apiVersion and kind missing"),
      (["apiVersion": "v1"], "v.yaml:1: no Kubernetes object: kind missing"),
      (["apiVersion": "v1", "kind": "Pod", "metadata": [:]], "v.yaml:1: Pod without metadata.name"),
      (
        ["apiVersion": "v1", "kind": "Secret", "sops": [:]],
        "v.yaml:1: files encrypted with SOPS are not supported yet"
      ),
      ("text", "v.yaml:1: a manifest must be a mapping"),
    ] as [(JSONValue, String)]
  )
  func saysWhatIsNoManifest(document: JSONValue, issue: String) {
    #expect(set(("v.yaml", [document])).issues.map(\.description) == [issue])
  }

  @Test func saysThatKustomizeAndHelmAreNotSupported() {
    let set = set(("a/kustomization.yaml", [["resources": []]]), ("c/Chart.yaml", [["name": "x"]]))
    #expect(set.issues.map(\.reason).allSatisfy { $0.contains("not supported yet") })
    #expect(set.issues.count == 2)
  }

  @Test func keepsWhatTheParserSaid() {
    let broken = SourceFile(
      failure: ManifestIssue(file: "w.yaml", line: 7, column: 3, reason: "found a tab")
    )
    let set = ManifestSet(files: [broken], defaultNamespace: "shop")
    #expect(set.issues.map(\.description) == ["w.yaml:7:3: found a tab"])
  }
}
