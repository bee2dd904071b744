import KubeModel
import Primitives

/// The rules of metadata that hold for every kind: what creation sets, what updates keep, what deletion waits for.
enum ObjectLifecycle {
  static func prepareCreate(
    _ object: inout JSONValue,
    _ resource: ServedResource,
    sources: SystemSources
  ) throws(APIError) {
    let type = EventForm.storedType(resource.type)
    object["apiVersion"] = .string(type.apiVersion)
    object["kind"] = .string(type.kind)
    var metadata = object["metadata"] ?? .object([:])
    if metadata["name"]?.string ?? "" == "", let prefix = metadata["generateName"]?.string, !prefix.isEmpty {
      metadata["name"] = .string(prefix + sources.makeSuffix())
    }
    guard metadata["name"]?.string ?? "" != "" else {
      throw .invalid(type, "", [.required("metadata.name", "name or generateName is required")])
    }
    metadata["uid"] = .string(sources.makeUID())
    metadata["creationTimestamp"] = .string(sources.now().rfc3339)
    for field in ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
      metadata[field] = nil
    }
    metadata["generation"] = resource.hasGeneration ? 1 : nil
    if !type.isNamespaced { metadata["namespace"] = nil }
    object["metadata"] = metadata
    if type == .namespaces {
      object.set(.string(object.name), at: "metadata", "labels", "kubernetes.io/metadata.name")
      object.set(["kubernetes"], at: "spec", "finalizers")
    }
  }

  /// Nothing can be created in a namespace that is missing or terminating.
  static func checkNamespace(
    of object: JSONValue,
    _ type: ResourceType,
    in state: StoreState
  ) throws(APIError) {
    guard type.isNamespaced else { return }
    guard let namespace = state.object(.namespaces, "", object.namespace) else {
      throw .notFound(.namespaces, object.namespace)
    }
    guard namespace.isBeingDeleted else { return }
    throw .forbidden(
      type,
      object.name,
      "unable to create new content in namespace \(object.namespace) because it is being terminated",
      causes: [
        [
          "reason": "NamespaceTerminating", "field": "metadata.namespace",
          "message": .string("namespace \(object.namespace) is being terminated"),
        ]
      ]
    )
  }

  /// Puts back what this kind of update may not touch.
  static func prepareUpdate(
    _ new: inout JSONValue,
    from old: JSONValue,
    _ resource: ServedResource,
    subresource: String?
  ) {
    new["apiVersion"] = old["apiVersion"]
    new["kind"] = old["kind"]
    if subresource == "status", resource.hasStatus {
      let (status, managedFields) = (new["status"], new.at("metadata", "managedFields"))
      new = old
      new["status"] = status
      new.set(managedFields, at: "metadata", "managedFields")
    } else if subresource == nil, resource.hasStatus {
      new["status"] = old["status"]
    }
    let fixed = [
      "name", "namespace", "uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp",
      "deletionGracePeriodSeconds", "generateName",
    ]
    for field in fixed { new.set(old.at("metadata", field), at: "metadata", field) }
    if resource.type == .namespaces, subresource != "finalize" {
      new.set(old.at("spec", "finalizers"), at: "spec", "finalizers")
    }
  }

  /// Raises the generation when more than metadata and status changed.
  static func countGeneration(_ new: inout JSONValue, from old: JSONValue, _ resource: ServedResource) {
    guard resource.hasGeneration, meaning(of: new) != meaning(of: old) else { return }
    new.set(JSONValue(old.generation + 1), at: "metadata", "generation")
  }

  /// What the generation counts: everything but metadata and status.
  private static func meaning(of object: JSONValue) -> JSONFields {
    var fields = object.object ?? [:]
    fields["metadata"] = nil
    fields["status"] = nil
    return fields
  }

  static func prepareDelete(
    _ object: inout JSONValue,
    _ resource: ServedResource,
    propagation: DeletePropagation?,
    gracePeriodSeconds: Int?,
    now: Instant
  ) {
    let type = resource.type
    var finalizers = object.at("metadata", "finalizers")?.array ?? []
    if type == .definitions, !finalizers.contains(definitionFinalizer) {
      finalizers.append(definitionFinalizer)
    }
    switch propagation {
    case .orphan where !finalizers.contains("orphan"): finalizers.append("orphan")
    case .foreground where !finalizers.contains("foregroundDeletion"):
      finalizers.append("foregroundDeletion")
    default: break
    }
    object.set(finalizers.isEmpty ? nil : .array(finalizers), at: "metadata", "finalizers")
    let grace = type == .pods ? podGrace(object, asked: gracePeriodSeconds) : 0
    let current = object.at("metadata", "deletionGracePeriodSeconds")?.int
    if !object.isBeingDeleted || grace < current ?? 0 {
      let time = object.isBeingDeleted ? now : now + .seconds(grace)
      object.set(.string(time.rfc3339), at: "metadata", "deletionTimestamp")
      if type != .definitions, type != .namespaces {
        object.set(JSONValue(grace), at: "metadata", "deletionGracePeriodSeconds")
      }
      if resource.hasGeneration, type != .definitions {
        object.set(JSONValue(object.generation + 1), at: "metadata", "generation")
      }
    }
    if type == .namespaces { object.set("Terminating", at: "status", "phase") }
    if type == .definitions { DefinitionRules.markTerminating(&object, now: now) }
  }

  /// A pod that runs nowhere, or runs no more, needs no time to end.
  private static func podGrace(_ pod: JSONValue, asked: Int?) -> Int {
    let phase = pod.status["phase"]?.string
    guard pod.spec["nodeName"]?.string != nil, phase != "Succeeded", phase != "Failed" else { return 0 }
    return max(0, asked ?? pod.spec["terminationGracePeriodSeconds"]?.int ?? 30)
  }

  /// Whether nothing holds an object that is being deleted.
  static func isReleased(_ object: JSONValue, _ type: ResourceType) -> Bool {
    let finalizers = object.at("metadata", "finalizers")?.array ?? []
    guard finalizers.isEmpty else { return false }
    if type == .namespaces { return object.spec["finalizers"]?.array ?? [] == [] }
    return object.at("metadata", "deletionGracePeriodSeconds")?.int ?? 0 == 0
  }

  /// Holds a definition until its objects are gone.
  static let definitionFinalizer: JSONValue = "customresourcecleanup.apiextensions.k8s.io"
}

extension ResourceType {
  static let definitions = ResourceType(
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
    isNamespaced: false
  )
}

extension DeletePreconditions {
  /// Throws 409 when the object is not the one that was meant.
  func check(_ object: JSONValue, _ type: ResourceType) throws(APIError) {
    if let uid, uid != object.uid {
      throw mismatch("UID", uid, object.uid, "deleted and then recreated", object)
    }
    if let resourceVersion, resourceVersion != object.resourceVersion {
      throw mismatch("ResourceVersion", resourceVersion, object.resourceVersion, "modified", object)
    }
  }

  /// Unlike other conflicts, this one names the kind rather than the plural.
  private func mismatch(
    _ field: String,
    _ asked: String,
    _ found: String,
    _ guess: String,
    _ object: JSONValue
  ) -> APIError {
    APIError(
      code: 409,
      reason: "Conflict",
      message: "Operation cannot be fulfilled on \(object.kind) \"\(object.name)\": the \(field) in the "
        + "precondition (\(asked)) does not match the \(field) in record (\(found)). "
        + "The object might have been \(guess)",
      details: ["name": .string(object.name), "kind": .string(object.kind)]
    )
  }
}
