import GitOpsCore
import KubeModel
import Primitives
import Testing
import YAMLEdit

@testable import CommandLineKit

/// The linter's fields are those of the definitions, at every depth.
@Suite struct KnownFieldsTests {
  private static let folder = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

  @Test(arguments: [
    "rollouts", "analysisruns", "analysistemplates", "clusteranalysistemplates", "experiments", "gitsources",
  ])
  func fieldsOfTheDefinition(plural: String) throws {
    let bytes = try FileAccess.readBytes("\(Self.folder)/deploy/crds/\(plural).yaml")
    let definition = try #require(try YAML.parse(bytes).first).json
    let group = definition.spec["group"]?.string ?? ""
    let kind = definition.spec.at("names", "kind")?.string ?? ""
    let notation = try #require(FieldNotation.specs[GroupKind(group: group, kind: kind)])
    let schema = definition.spec["versions"]?[0]?.at("schema", "openAPIV3Schema", "properties", "spec")
    #expect(FieldTree(notation) == Self.tree(try #require(schema)))
  }

  private static func tree(_ schema: JSONValue) -> FieldTree {
    if let items = schema["items"] { return tree(items) }
    if let fields = schema["properties"]?.object { return .fields(fields.mapValues { tree($0) }) }
    if schema["x-kubernetes-preserve-unknown-fields"] != nil || schema["additionalProperties"] != nil {
      return .open
    }
    return schema["type"] == "object" ? .fields([:]) : .leaf
  }

  @Test func unknownFieldsAreFoundAtAnyDepth() {
    let tree = FieldTree("a{b c@group} d* e", groups: ["group": "f g{h}"])
    let value: JSONValue = [
      "a": [["b": 1, "x": 1], ["c": ["f": 1, "g": ["i": 1]]]], "d": ["anything": 1], "e": ["scalar": 1],
      "z": 1,
    ]
    let unknown = tree.unknown(in: value, at: "spec").map { "\($0.path).\($0.field) of \($0.known.sorted())" }
    #expect(
      unknown == [
        "spec.a[0].x of [\"b\", \"c\"]", "spec.a[1].c.g.i of [\"h\"]", "spec.z of [\"a\", \"d\", \"e\"]",
      ]
    )
  }
}
