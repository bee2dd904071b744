import Glibc
import Primitives
import Testing

@testable import MetricProviders

private let kubectl = ".venv/bin/kubectl"

/// kubectl itself on a document of ours: whatever it finds by a path, we find.
@Suite(
  .timeLimit(.minutes(2)),
  .enabled(if: access(kubectl, X_OK) == 0, "no kubectl here; make setup installs it")
)
struct KubectlJSONPathTests {
  private static let document: JSONValue = [
    "apiVersion": "v1", "kind": "Config", "current-context": "one",
    "clusters": [
      ["name": "a", "cluster": ["server": "https://a", "insecure-skip-tls-verify": true]],
      ["name": "b", "cluster": ["server": "https://b"]],
      ["name": "c", "cluster": ["server": "https://c", "tls-server-name": "x.y"]],
    ],
    "contexts": [["name": "one", "context": ["cluster": "a", "user": "u"]]],
    "users": [
      [
        "name": "u",
        "user": [
          "exec": [
            "apiVersion": "client.authentication.k8s.io/v1", "command": "x", "interactiveMode": "Never",
            "args": ["p", "q", "r", "s"],
            "env": [["name": "E", "value": "1"], ["name": "F", "value": "2"]],
          ]
        ],
      ]
    ],
  ]

  @Test func `every path leads where kubectl's leads`() throws {
    let paths = [
      "{.kind}", "{['kind','apiVersion']}", "{.clusters[*]['cluster.server', 'name']}",
      "{.clusters[0]['cluster.server']}", "{.clusters[0]['cluster']['server']}", "{.clusters[0,2].name}",
      "{.clusters[0:2,2].name}", "{.users[0].user.exec.args[0,2:4]}", "{.users[0].user.exec.args[::2]}",
      "{.users[0].user.exec.args[1:-1]}", "{.users[0].user.exec.args[1:4:2]}", "{.clusters[::].name}",
      "{.clusters[?(@.name==\"b\")].cluster.server}", "{.clusters[?(@.name!=\"a\")].name}",
      "{.clusters[?(@.name<\"b\")].name}", "{.clusters[?(\"b\" == @.name)].name}",
      "{.clusters[?(@.name=='b')].name}", "{.clusters[?(@.cluster.tls-server-name)].name}",
      "{.clusters[?(@.cluster.insecure-skip-tls-verify==true)].name}", "{..server}", "{..name}", "{...name}",
      "{.users..value}", "{.clusters[*].cluster..server}", "{.clusters[-1:].name}", "{.clusters[-2:].name}",
      "{.clusters[-2].name}", "{.clusters[:2].name}", "{.clusters[0:0].name}", "{$.kind}", "{@.kind}",
      "{ .kind }", "{.nothing}", "{.clusters.name}", "{.kind.x}", "{.clusters[2].cluster['tls-server-name']}",
    ]
    let folder = try TemporaryFolder()
    try folder.write(Self.document.text(), to: "config")
    for path in paths {
      let output = "\(folder.path)/out"
      unlink(output)
      let process = try ChildProcess(
        [kubectl, "--kubeconfig=\(folder.path)/config", "config", "view", "-o", "jsonpath=\(path)"],
        output: output
      )
      let status = process.wait()
      let theirs = String(decoding: try folder.read("out"), as: UTF8.self)
      try #require(status == 0, "\(path): \(theirs)")
      let ours = try JSONPath(parsing: path).matches(in: Self.document).map { $0.string ?? $0.text() }
      // Where a path leads down many fields, their order is nobody's business: kubectl's is that of its program.
      let isOpen = path.contains("..")
      let words = theirs.split(separator: " ").map(String.init)
      #expect((isOpen ? ours.sorted() : ours) == (isOpen ? words.sorted() : words), "\(path)")
    }
  }
}
