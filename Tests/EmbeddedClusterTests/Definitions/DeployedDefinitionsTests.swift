import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

/// The definitions under deploy/crds beside those of Argo Rollouts: who has the one can take the other.
@Suite struct DeployedDefinitionsTests {
  @Test(arguments: Definition.pairs.map(\.0))
  func everyFieldOfArgoRolloutsIsThereWithItsType(plural: String) throws {
    let ours = try Definition.ours(plural).fields
    let theirs = try Definition.theirs(plural).fields
    #expect(theirs.keys.filter { ours[$0] == nil }.sorted() == [])
    for (path, field) in theirs where !path.hasSuffix("template") {
      for key in [
        "type", "format", "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "enum",
        "default",
      ] {
        #expect(ours[path]?[key] == field[key], "\(path): \(key)")
      }
    }
  }

  @Test(arguments: Definition.pairs.map(\.0))
  func nothingIsAskedThatArgoRolloutsDoesNotAsk(plural: String) throws {
    let theirs = try Definition.theirs(plural).fields
    for (path, field) in try Definition.ours(plural).fields {
      guard let other = theirs[path] else { continue }
      let required = Set((field["required"]?.array ?? []).compactMap(\.string))
      #expect(required == Set((other["required"]?.array ?? []).compactMap(\.string)), "\(path)")
    }
  }

  /// Fields that Serin has and Argo Rollouts prunes.
  @Test func ownFieldsAreTheseAndNoOthers() throws {
    var own: [String: [String]] = [:]
    for (plural, _) in Definition.pairs {
      let theirs = try Definition.theirs(plural).fields
      // Only the topmost of each: what is below it is its own too.
      let fields = try Definition.ours(plural).fields.keys.filter { theirs[$0] == nil }.sorted()
      let tops = fields.filter { field in
        !fields.contains { field.hasPrefix("\($0).") || field.hasPrefix("\($0)[") }
      }
      own[plural] = tops.isEmpty ? nil : tops
    }
    let canary = "spec.strategy.canary"
    let metric = [
      "compare", "evidenceDeadline", "minSamples", "onEmpty", "onError", "onNaN", "onPartial",
    ].map { "spec.metrics[].\($0)" }
    #expect(
      own == [
        "analysisruns": metric, "analysistemplates": metric, "clusteranalysistemplates": metric,
        "rollouts": [
          "spec.strategy.blueGreen.postPromotionAnalysis.args[].valueFrom.secretKeyRef",
          "spec.strategy.blueGreen.prePromotionAnalysis.args[].valueFrom.secretKeyRef",
          "\(canary).analysis.args[].valueFrom.secretKeyRef", "\(canary).onNewRevision",
          "\(canary).steps[].analysis.args[].valueFrom.secretKeyRef", "\(canary).steps[].analyze",
          "\(canary).trafficRouting.stickiness", "status.canary.queue",
        ],
      ]
    )
  }

  @Test(arguments: Definition.pairs.map(\.0))
  func namesColumnsAndSubresourcesAreTheSame(plural: String) throws {
    let ours = try Definition.ours(plural)
    let theirs = try Definition.theirs(plural)
    #expect(ours.object.name == theirs.object.name)
    #expect(ours.object.spec["names"] == theirs.object.spec["names"])
    #expect(ours.object.spec["scope"] == theirs.object.spec["scope"])
    #expect((ours.version["subresources"] ?? [:]) == (theirs.version["subresources"] ?? [:]))
    let columns = { (definition: Definition) in
      (definition.version["additionalPrinterColumns"]?.array ?? []).map { column in
        ["name", "type", "jsonPath"].map { column[$0]?.string ?? "" }
      }
    }
    #expect(columns(ours) == columns(theirs))
    #expect(DefinitionRules.faults(in: ours.object).isEmpty)
  }

  @Test func theSelectorCannotBeChanged() throws {
    let selector = try #require(try Definition.ours("rollouts").fields["spec.selector"])
    #expect(selector.at("x-kubernetes-validations")?[0]?["rule"] == "self == oldSelf")
  }

  /// What a kube-apiserver asks of a structural schema.
  @Test(arguments: Definition.pairs.map(\.0) + ["gitsources"])
  func schemasAreStructural(plural: String) throws {
    for (path, field) in try Definition.ours(plural).fields {
      let isIntOrString = field["x-kubernetes-int-or-string"]?.bool == true
      let isOpen = field["x-kubernetes-preserve-unknown-fields"]?.bool == true
      #expect(field["type"]?.string != nil || isIntOrString || isOpen, "\(path) has no type")
      #expect(!isIntOrString || field["type"] == nil, "\(path) has a type beside int-or-string")
      #expect(field["type"] != "array" || field["items"] != nil, "\(path) has no items")
      #expect(field["properties"] == nil || field["additionalProperties"] == nil, "\(path) is object and map")
      for key in ["allOf", "anyOf", "oneOf", "not"] {
        #expect(field[key] == nil || isIntOrString, "\(path): \(key)")
      }
      let properties = field["properties"]?.object ?? [:]
      for name in (field["required"]?.array ?? []).compactMap(\.string) {
        #expect(properties[name] != nil, "\(path) asks for \(name), which it does not have")
      }
    }
  }

  @Test(arguments: Definition.pairs.map(\.0))
  func descriptionsAreOurOwn(plural: String) throws {
    let theirs = Set(try Definition.theirs(plural).fields.values.compactMap { $0["description"]?.string })
    for (path, field) in try Definition.ours(plural).fields {
      guard let text = field["description"]?.string else { continue }
      #expect(!theirs.contains(text), "\(path)")
    }
  }

  /// Client-side apply keeps the whole object in an annotation, which holds 256 KiB at most.
  @Test(arguments: Definition.pairs.map(\.0))
  func definitionsFitIntoAnAnnotation(plural: String) throws {
    #expect(try Definition.ours(plural).object.text().utf8.count < 128 << 10)
  }
}
