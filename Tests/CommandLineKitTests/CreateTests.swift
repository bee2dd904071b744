import AnalysisCore
import KubeModel
import Primitives
import Testing

@testable import CommandLineKit

/// What `serin create` makes of templates and files.
@Suite struct CreateTests {
  private static let text = """
    apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata: { name: smoke }
    spec:
      args: [{ name: service }, { name: limit, value: "5" }]
      templates: [{ templateName: shared, clusterScope: true }]
      metrics: [{ name: rate, provider: { web: { url: "http://{{args.service}}/" } } }]
    ---
    # nothing
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: ClusterAnalysisTemplate
    metadata: { name: shared }
    spec:
      metrics: [{ name: errors, provider: { web: { url: "http://errors/" } } }]
    """

  private static func templates(_ text: String = text) throws -> [JSONValue] {
    let folder = try TestFolder()
    try folder.write(text, to: "template.yaml")
    return try ManifestFile.objects(of: ["\(folder.path)/template.yaml"])
  }

  @Test func aRunHasTheTemplatesMetricsAndTheArgumentsThatWereGiven() throws {
    let request = AnalysisRunRequest(arguments: [.init(name: "service", value: "web=1")], instanceID: "blue")
    let run = try request.run(of: Self.templates(), namespace: "shop")
    #expect(run.apiVersion == "argoproj.io/v1alpha1" && run.kind == "AnalysisRun")
    #expect(
      run["metadata"]
        == [
          "namespace": "shop", "generateName": "smoke-",
          "labels": ["argo-rollouts.argoproj.io/controller-instance-id": "blue"],
        ]
    )
    #expect(run.spec["args"] == [["name": "service", "value": "web=1"], ["name": "limit", "value": "5"]])
    #expect(run.spec["metrics"]?.array?.map { $0["name"] } == ["rate", "errors"])
  }

  @Test func aNameOfOnesOwnGoesBeforeAGeneratedOne() throws {
    var request = AnalysisRunRequest(arguments: [.init(name: "service", value: "web")])
    request.generateName = "try-"
    #expect(try request.run(of: Self.templates(), namespace: "shop")["metadata"]?["generateName"] == "try-")
    request.name = "once"
    let metadata = try request.run(of: Self.templates(), namespace: "shop")["metadata"]
    #expect(metadata == ["namespace": "shop", "name": "once"])
  }

  @Test(arguments: [
    ([], "creating a run of AnalysisTemplate \"smoke\": args.service was not resolved"),
    (["service=web", "servcie=web"], "AnalysisTemplate \"smoke\" declares no argument \"servcie\""),
  ])
  func anArgumentIsNeitherMissingNorWithoutEffect(pairs: [String], message: String) throws {
    let request = AnalysisRunRequest(arguments: pairs.compactMap { AnalysisArgument(pair: $0) })
    let error = try #require(throws: CommandFailure.self) {
      try request.run(of: Self.templates(), namespace: "shop")
    }
    #expect(error.message == message)
    #expect(!error.hint.isEmpty)
  }

  @Test func whatIsNoPairIsNoArgument() {
    #expect(AnalysisArgument(pair: "a=b=c") == AnalysisArgument(name: "a", value: "b=c"))
    #expect(AnalysisArgument(pair: "a=") == AnalysisArgument(name: "a", value: ""))
    #expect(AnalysisArgument(pair: "a") == nil && AnalysisArgument(pair: "=b") == nil)
  }

  @Test func aFileThatIsNoYAMLIsNamedWithItsPlace() throws {
    let error = try #require(throws: CommandFailure.self) { try Self.templates("a: [") }
    #expect(error.code == .usage)
    #expect(error.message.contains("template.yaml:") && error.message.contains("invalid YAML"))
  }
}
