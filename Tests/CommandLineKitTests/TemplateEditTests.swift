import KubeModel
import Primitives
import RolloutCore
import Testing

@testable import CommandLineKit

/// `undo` and `set image`: which revision, which containers, and in which object.
@Suite struct TemplateEditTests {
  private static let template: JSONValue = [
    "metadata": ["labels": ["app": "web"]],
    "spec": [
      "initContainers": [["name": "setup", "image": "setup:v1"]],
      "containers": [["name": "web", "image": "shop:v1"], ["name": "proxy", "image": "proxy:v1"]],
    ],
  ]

  private static let rollout: JSONValue = [
    "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
    "metadata": ["name": "web", "namespace": "shop"],
    "spec": ["selector": ["matchLabels": ["app": "web"]], "template": template],
  ]

  private static func referring(to kind: String) -> JSONValue {
    var rollout = rollout
    rollout.set(nil, at: "spec", "template")
    rollout.set(["apiVersion": "v1", "kind": .string(kind), "name": "api"], at: "spec", "workloadRef")
    return rollout
  }

  private static func revision(_ number: Int) -> ReplicaSetView {
    var template = template
    template.set(.string("hash\(number)"), at: "metadata", "labels", RolloutNames.podTemplateHash)
    return ReplicaSetView([
      "metadata": [
        "name": .string("web-\(number)"), "uid": .string("uid-\(number)"),
        "labels": [RolloutNames.podTemplateHash: .string("hash\(number)")],
        "annotations": [RolloutNames.revision: .string(String(number))],
      ],
      "spec": ["replicas": 0, "template": template],
    ])
  }

  // MARK: - Where the template is

  @Test(arguments: [
    ("Deployment", "deployments.apps", "/spec/template"),
    ("ReplicaSet", "replicasets.apps", "/spec/template"),
    ("PodTemplate", "podtemplates", "/template"),
  ])
  func aReferencedWorkloadHoldsTheTemplate(kind: String, type: String, pointer: String) throws {
    let holder = try TemplateHolder(Self.referring(to: kind))
    #expect(holder.type.qualifiedPlural == type)
    #expect(holder.name == "api")
    #expect(holder.pointer == pointer)
  }

  @Test func otherKindsOfWorkloadsAreNotChanged() throws {
    let own = try TemplateHolder(Self.rollout)
    #expect(own.type == .rollouts && own.name == "web" && own.pointer == "/spec/template")
    let error = #expect(throws: CommandFailure.self) { try TemplateHolder(Self.referring(to: "StatefulSet")) }
    #expect(
      error?.line == "serin: changing rollout shop/web: its workloadRef has the kind \"StatefulSet\"; "
        + "change the StatefulSet itself"
    )
  }

  // MARK: - Undo

  @Test func theRevisionBeforeTheNewestIsTheOneToGoBackTo() throws {
    let sets = [2, 5, 1].map(Self.revision)
    #expect(try Edit.revision(0, of: Self.rollout, in: sets).name == "web-2")
    #expect(try Edit.revision(1, of: Self.rollout, in: sets).name == "web-1")
    #expect(try Edit.revision(5, of: Self.rollout, in: sets).name == "web-5")
  }

  @Test(arguments: [
    (3, [1, 2], "it has no revision 3; there are: 2, 1"),
    (0, [7], "it has no earlier revision; there are: 7"),
    (0, [], "it has no earlier revision; there is none to go back to"),
  ])
  func aRevisionThatIsNotThereIsNamed(number: Int, present: [Int], words: String) {
    let error = #expect(throws: CommandFailure.self) {
      try Edit.revision(number, of: Self.rollout, in: present.map(Self.revision))
    }
    #expect(error?.code == .failed)
    #expect(error?.line == "serin: rolling back rollout shop/web: \(words)")
  }

  @Test func theTemplateComesBackWithoutTheHash() throws {
    let holder = try TemplateHolder(Self.rollout)
    var changed = Self.rollout
    changed.set([["name": "web", "image": "shop:v2"]], at: "spec", "template", "spec", "containers")
    #expect(Edit.undo(Self.revision(1), of: changed, in: holder) == Self.putBack)
    #expect(
      Edit.undo(Self.revision(1), of: Self.rollout, in: holder)
        == .nothing("skipped rollback (current template already matches revision 1)")
    )
  }

  private static let putBack = Edit.operations([
    ["op": "replace", "path": "/spec/template", "value": template]
  ])

  @Test func whatAControllerAddedDuringAReleaseDoesNotComeBack() throws {
    var set = Self.revision(1).object
    let added: JSONValue = ["labels": ["role": "canary"], "annotations": ["note": "canary"]]
    set.set(.string(added.text()), at: "metadata", "annotations", "rollout.argoproj.io/ephemeral-metadata")
    set.set("canary", at: "spec", "template", "metadata", "labels", "role")
    set.set(["note": "canary"], at: "spec", "template", "metadata", "annotations")
    let term: JSONValue = [
      "topologyKey": "kubernetes.io/hostname",
      "labelSelector": [
        "matchExpressions": [
          ["key": .string(RolloutNames.podTemplateHash), "operator": "In", "values": ["hash9"]]
        ]
      ],
    ]
    set.set(
      ["podAntiAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": [term]]],
      at: "spec",
      "template",
      "spec",
      "affinity"
    )
    var changed = Self.rollout
    changed.set([], at: "spec", "template", "spec", "initContainers")
    let holder = try TemplateHolder(Self.rollout)
    #expect(Edit.undo(ReplicaSetView(set), of: changed, in: holder) == Self.putBack)
  }

  // MARK: - Images

  private func setImages(_ texts: String..., object: JSONValue = rollout) throws -> Edit {
    try Edit.setImages(texts.compactMap { ImageChoice($0) }, of: object, in: TemplateHolder(Self.rollout))
  }

  private func operations(_ list: String, _ index: Int, _ name: String, _ image: String) -> [JSONValue] {
    let path = "/spec/template/spec/\(list)/\(index)"
    return [
      ["op": "test", "path": .string("\(path)/name"), "value": .string(name)],
      ["op": "add", "path": .string("\(path)/image"), "value": .string(image)],
    ]
  }

  @Test func oneContainerOrSeveralGetTheirImages() throws {
    #expect(
      try setImages("proxy=registry:5000/proxy:v2")
        == .operations(operations("containers", 1, "proxy", "registry:5000/proxy:v2"))
    )
    #expect(
      try setImages("web=shop:v2", "setup=setup:v2")
        == .operations(
          operations("initContainers", 0, "setup", "setup:v2") + operations("containers", 0, "web", "shop:v2")
        )
    )
  }

  @Test func aStarMeansAllThatAreNotNamed() throws {
    #expect(
      try setImages("web=shop:v2", "*=all:v9")
        == .operations(
          operations("initContainers", 0, "setup", "all:v9") + operations("containers", 0, "web", "shop:v2")
            + operations("containers", 1, "proxy", "all:v9")
        )
    )
  }

  @Test func imagesThatAreThereAlreadyAreNotWritten() throws {
    #expect(try setImages("web=shop:v1") == .nothing("has these images already"))
    #expect(
      try setImages("web=shop:v1", "proxy=proxy:v2")
        == .operations(operations("containers", 1, "proxy", "proxy:v2"))
    )
  }

  @Test func aContainerThatIsNotThereIsNamed() {
    let error = #expect(throws: CommandFailure.self) { try setImages("web=shop:v2", "wbe=shop:v2") }
    #expect(
      error?.line == "serin: setting the image of Rollout shop/web: it has no container \"wbe\"; "
        + "its containers are setup, web, proxy"
    )
  }

  @Test(arguments: ["web", "=v1", "web=", ""])
  func aPairIsContainerAndImage(text: String) {
    #expect(ImageChoice(text) == nil)
  }
}
