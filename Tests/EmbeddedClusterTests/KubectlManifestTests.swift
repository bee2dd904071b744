import KubeModel
import Primitives
import Testing

/// `kubectl apply --dry-run=server --validate=strict` takes every manifest that people are given, with the definitions
/// that they have in their clusters.
@Suite(
  .enabled(if: RunningCluster.hasKubectl),
  .enabled(if: RealDefinitions.exist, RealDefinitions.missing),
  .timeLimit(.minutes(5))
)
struct KubectlManifestTests {
  /// Whose definitions of Rollouts and their like the cluster has.
  enum Author: String, CaseIterable, Sendable { case serin, argoRollouts }

  /// A folder of manifests, with its documents.
  private struct Folder {
    let path: String
    let documents: [JSONValue]

    init(_ path: String) throws {
      self.path = path
      documents = try Corpus.files(in: "\(Corpus.root)/\(path)").flatMap { try Corpus.documents(in: $0) }
    }

    static func all() throws -> [Folder] {
      let examples = Set(
        Corpus.files(in: "\(Corpus.root)/examples").compactMap {
          $0.dropFirst(Corpus.root.utf8.count + 1).split(separator: "/").dropFirst().first
        }
      )
      return try examples.sorted().map { try Folder("examples/\($0)") } + [Folder("analysis-templates")]
    }
  }

  /// Groups of data planes whose definitions are not among the real ones, with the files that need them.
  private static let absent = ["getambassador.io/v2": "mapping.yaml", "projectcontour.io/v1": "proxy.yaml"]

  @Test(arguments: Author.allCases)
  func everyExampleIsTaken(by author: Author) async throws {
    try await RunningCluster.run { running in
      try await install(author, running)
      let folders = try Folder.all()
      #expect(folders.count >= 15)
      for folder in folders {
        let answer = try await dryRun(folder.path, running)
        let taken = Self.lines(answer.text).count { $0.hasSuffix("(server dry run)") }
        let refusals = Self.lines(answer.text).filter { !$0.hasSuffix("(server dry run)") }
        let without = folder.documents.filter { Self.absent[$0.apiVersion] != nil }
        for kind in Set(without.map(\.kind)) {
          print("not held against a real definition, for want of one: \(kind) of \(folder.path)")
        }
        let unexplained = refusals.filter { !isExplained($0, without, author) }
        #expect(unexplained.isEmpty, "\(folder.path): \(unexplained)")
        let foreign = refusals.count { $0.contains("unknown field") }
        #expect(taken + without.count + foreign == folder.documents.count, "\(folder.path): \(answer.text)")
        #expect((answer.status == 0) == refusals.isEmpty)
      }
    }
  }

  /// Fields that Argo Rollouts' definitions do not have, by their last names.
  private static let own: Set = ["stickiness", "evidenceDeadline", "minSamples"]

  /// A kind that nobody has, or with the definitions of Argo Rollouts fields that only Serin has.
  private func isExplained(_ line: String, _ without: [JSONValue], _ author: Author) -> Bool {
    let unknown = line.split(separator: "unknown field \"").dropFirst().map { field in
      String(field.prefix { $0 != "\"" }.split(separator: ".").last ?? "")
    }
    if !unknown.isEmpty { return author == .argoRollouts && Self.own.isSuperset(of: unknown) }
    return without.contains { object in
      line.contains(Self.absent[object.apiVersion] ?? "no file")
        && (line.contains("no matches for kind") || line.contains("could not find the requested resource"))
    }
  }

  /// What kubectl says of objects; not what it says of namespaces that were made without it.
  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("Warning: resource namespaces/") }
  }

  @Test func whatIsDeployedIsTaken() async throws {
    try await RunningCluster.run { running in
      let namespace = try await running.kubectl("create", "namespace", "serin")
      try #require(namespace.status == 0, "\(namespace.text)")
      // The definitions of a cluster of Serin's own are there already, with other schemas: they are updates.
      let answer = try await running.kubectl(
        "apply",
        "--server-side",
        "--force-conflicts",
        "--dry-run=server",
        "--validate=strict",
        "-k",
        "\(Corpus.root)/deploy"
      )
      let lines = Self.lines(answer.text)
      #expect(
        answer.status == 0 && lines.allSatisfy { $0.contains("serverside-applied (server dry run)") },
        "\(answer.text)"
      )
      #expect(lines.count > 10)
    }
  }

  /// The same command refuses a field that nobody knows, of a kind of the cluster itself and of every other.
  @Test(arguments: [
    "canary-with-routes/shop/route.yaml", "nginx/shop/ingress.yaml", "istio/shop/rollout.yaml",
  ])
  func aFieldThatNobodyKnowsIsRefused(file: String) async throws {
    try await RunningCluster.run { running in
      try await install(.serin, running)
      var object = try #require(try Corpus.documents(in: "\(Corpus.root)/examples/\(file)").first)
      object.set(true, at: "spec", "wieght")
      try running.write("wrong.json", object.text())
      let answer = try await dryRun("\(running.folder)/wrong.json", running)
      #expect(answer.status == 1 && answer.text.contains("unknown field \"spec.wieght\""), "\(answer.text)")
    }
  }

  private func dryRun(_ path: String, _ running: RunningCluster) async throws -> (status: Int, text: String) {
    let place = path.hasPrefix("/") ? path : "\(Corpus.root)/\(path)"
    return try await running.kubectl("apply", "--dry-run=server", "--validate=strict", "-R", "-f", place)
  }

  /// The definitions of data planes and of the author, and the namespaces that manifests are for.
  private func install(_ author: Author, _ running: RunningCluster) async throws {
    var folders = ["\(Corpus.root)/deploy/crds", "gateway-api", "others"]
    if author == .argoRollouts { folders.append("argo-rollouts") }
    for folder in folders {
      let path = folder.hasPrefix("/") ? folder : "\(RealDefinitions.folder)/\(folder)"
      let answer = try await running.kubectl("apply", "--server-side", "--force-conflicts", "-f", path)
      try #require(answer.status == 0, "\(answer.text)")
    }
    let namespace = try await running.kubectl("create", "namespace", "shop")
    try #require(namespace.status == 0, "\(namespace.text)")
  }
}
