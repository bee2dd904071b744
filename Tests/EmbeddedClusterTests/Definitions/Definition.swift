import Glibc
import KubeModel
import Primitives
import Testing
import YAMLEdit

@testable import EmbeddedCluster

/// A CustomResourceDefinition as it stands in a file: ours under deploy/, or Argo Rollouts' own.
struct Definition: Sendable {
  let object: JSONValue
  /// The schema as the embedded server reads it.
  let schema: Schema

  private init(object: JSONValue) {
    self.object = object
    schema = Schema(
      openAPI: object.spec["versions"]?[0]?.at("schema", "openAPIV3Schema") ?? .null,
      isRoot: true
    )
  }

  /// The plural names of the kinds that both have, and the files of Argo Rollouts.
  static let pairs = [
    ("rollouts", "rollout-crd"), ("analysisruns", "analysis-run-crd"),
    ("analysistemplates", "analysis-template-crd"),
    ("clusteranalysistemplates", "cluster-analysis-template-crd"), ("experiments", "experiment-crd"),
  ]

  /// Both sides of every pair, read once: Argo Rollouts' files have half a megabyte each.
  private static let loaded = Result {
    try pairs.map { plural, file in
      (
        plural, ours: try read("deploy/crds/\(plural).yaml"),
        theirs: try read("../shared/crds/argo-rollouts/\(file).yaml")
      )
    }
  }

  static func ours(_ plural: String) throws -> Definition {
    try loaded.get().first { $0.0 == plural }?.ours ?? read("deploy/crds/\(plural).yaml")
  }

  static func theirs(_ plural: String) throws -> Definition {
    try #require(try loaded.get().first { $0.0 == plural }).theirs
  }

  private static func read(_ path: String) throws -> Definition {
    Definition(object: try #require(try Corpus.documents(in: "\(Corpus.root)/\(path)").first))
  }

  var version: JSONValue { object.spec["versions"]?[0] ?? .null }

  var root: JSONValue { version.at("schema", "openAPIV3Schema") ?? .null }

  /// Every schema of the tree by its path: `spec.strategy.canary.steps[].setWeight`, `{}` for the values of a map. What
  /// is below a pod template is left out.
  var fields: [String: JSONValue] {
    var fields: [String: JSONValue] = [:]
    collect(root, "", &fields)
    return fields
  }

  private func collect(_ schema: JSONValue, _ path: String, _ fields: inout [String: JSONValue]) {
    fields[path] = schema
    let isPodTemplate = path.hasSuffix("template")
    guard !isPodTemplate else { return }
    for (name, child) in schema["properties"]?.object ?? [:] {
      collect(child, path.isEmpty ? name : "\(path).\(name)", &fields)
    }
    if let items = schema["items"] { collect(items, "\(path)[]", &fields) }
    if let values = schema["additionalProperties"], values.object != nil {
      collect(values, "\(path){}", &fields)
    }
  }
}
