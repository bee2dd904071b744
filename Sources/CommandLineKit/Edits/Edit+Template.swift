import KubeModel
import Primitives
import RolloutCore

/// Where a rollout's pod template is kept: in itself, or in the workload that it refers to.
struct TemplateHolder: Equatable {
  let type: ResourceType
  let name: String

  init(_ rollout: JSONValue) throws(CommandFailure) {
    guard let workload = RolloutSpec(rollout).workloadRef else {
      (type, name) = (.rollouts, rollout.name)
      return
    }
    let types: [ResourceType] = [.deployments, .replicaSets, .podTemplates]
    guard let type = types.first(where: { $0.kind == workload.kind }) else {
      let attempt =
        "changing rollout \(ObjectKey(rollout)): its workloadRef has the kind \"\(workload.kind)\""
      throw CommandFailure(.failed, attempt, hint: "change the \(workload.kind) itself")
    }
    (self.type, name) = (type, workload.name)
  }

  /// The path of the template in its object.
  var path: [String] { type == .podTemplates ? ["template"] : ["spec", "template"] }

  var pointer: String { path.map { "/\($0)" }.joined() }
}

extension Edit {
  /// Puts the pod template of an earlier revision back, without what the controller added to it (reference, 8.1).
  ///
  /// `object` holds the template now: the rollout itself, or its workload.
  static func undo(_ target: ReplicaSetView, of object: JSONValue, in holder: TemplateHolder) -> Edit {
    if let present = object.at(holder.path), sameTemplate(target, as: present) {
      return .nothing("skipped rollback (current template already matches revision \(target.revision))")
    }
    return .operations([
      ["op": "replace", "path": .string(holder.pointer), "value": target.template]
    ])
  }

  /// The revision to go back to: the one with that number or, for 0, the one before the newest.
  static func revision(_ number: Int, of rollout: JSONValue, in sets: [ReplicaSetView]) throws(CommandFailure)
    -> ReplicaSetView
  {
    let newestFirst = sets.filter { $0.revision > 0 }.sorted { $0.revision > $1.revision }
    let found = number == 0 ? newestFirst.dropFirst().first : newestFirst.first { $0.revision == number }
    guard let found else {
      let what = number == 0 ? "it has no earlier revision" : "it has no revision \(number)"
      let known = newestFirst.map { String($0.revision) }.joined(separator: ", ")
      throw CommandFailure(
        .failed,
        "rolling back rollout \(ObjectKey(rollout)): \(what)",
        hint: known.isEmpty ? "there is none to go back to" : "there are: \(known)"
      )
    }
    return found
  }

  // MARK: - Images

  /// Sets the images of containers by name, `*` for all; init and ephemeral containers count.
  ///
  /// Each operation holds only for the container that was read at its place. A name that no container has is an error.
  static func setImages(
    _ images: [ImageChoice],
    of object: JSONValue,
    in holder: TemplateHolder
  ) throws(CommandFailure) -> Edit {
    let template = object.at(holder.path) ?? .object([:])
    var operations: [JSONValue] = []
    var names: [String] = []
    for list in ["initContainers", "containers", "ephemeralContainers"] {
      for (index, container) in (template.at("spec", list)?.array ?? []).enumerated() {
        let name = container["name"]?.string ?? ""
        names.append(name)
        let isNamed = images.contains { $0.container == name }
        guard let choice = images.last(where: { $0.container == (isNamed ? name : "*") }) else { continue }
        guard container["image"]?.string != choice.image else { continue }
        let path = "\(holder.pointer)/spec/\(list)/\(index)"
        operations.append(["op": "test", "path": .string("\(path)/name"), "value": .string(name)])
        operations.append(["op": "add", "path": .string("\(path)/image"), "value": .string(choice.image)])
      }
    }
    if let missing = images.first(where: { choice in
      choice.container == "*" ? names.isEmpty : !names.contains(choice.container)
    }) {
      throw CommandFailure(
        .failed,
        "setting the image of \(holder.type.kind) \(object.namespace)/\(object.name): it has no container "
          + "\"\(missing.container)\"",
        hint: "its containers are \(names.joined(separator: ", "))"
      )
    }
    return operations.isEmpty ? .nothing("has these images already") : .operations(operations)
  }
}

/// `container=image`, where `*` stands for all containers.
struct ImageChoice: Equatable {
  let container: String
  let image: String

  init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    (container, image) = (parts[0], parts[1])
  }
}
