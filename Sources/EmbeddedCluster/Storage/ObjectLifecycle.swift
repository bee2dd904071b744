import KubeModel
import Primitives

/// The rules of metadata that hold for every kind: what creation sets, what updates keep, what deletion waits for.
enum ObjectLifecycle {
  static func prepareCreate(
    _ object: inout JSONValue,
    _ type: ResourceType,
    sources: SystemSources
  ) throws(APIError) {
    object["apiVersion"] = .string(type.apiVersion)
    object["kind"] = .string(type.kind)
    var metadata = object["metadata"] ?? .object([:])
    if metadata["name"]?.string ?? "" == "", let prefix = metadata["generateName"]?.string, !prefix.isEmpty {
      metadata["name"] = .string(prefix + sources.makeSuffix())
    }
    guard metadata["name"]?.string ?? "" != "" else { throw missingName(type) }
    metadata["uid"] = .string(sources.makeUID())
    metadata["creationTimestamp"] = .string(sources.now().rfc3339)
    for field in ["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"] {
      metadata[field] = nil
    }
    metadata["generation"] = hasGeneration(type) ? 1 : nil
    if !type.isNamespaced { metadata["namespace"] = nil }
    object["metadata"] = metadata
    if type == .namespaces { prepareNamespace(&object) }
  }

  private static func missingName(_ type: ResourceType) -> APIError {
    let message = "Required value: name or generateName is required"
    var details: JSONValue = [
      "kind": .string(type.kind),
      "causes": [
        ["reason": "FieldValueRequired", "message": .string(message), "field": "metadata.name"]
      ],
    ]
    if !type.group.isEmpty { details["group"] = .string(type.group) }
    return APIError(
      code: 422,
      reason: "Invalid",
      message:
        "\(type.kind)\(type.group.isEmpty ? "" : ".\(type.group)") \"\" is invalid: metadata.name: \(message)",
      details: details
    )
  }

  private static func prepareNamespace(_ object: inout JSONValue) {
    object.set(.string(object.name), at: "metadata", "labels", "kubernetes.io/metadata.name")
    object.set(["kubernetes"], at: "spec", "finalizers")
    object["status"] = ["phase": "Active"]
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

  static func prepareUpdate(
    _ new: inout JSONValue,
    from old: JSONValue,
    _ type: ResourceType,
    subresource: String?
  ) {
    new["apiVersion"] = old["apiVersion"]
    new["kind"] = old["kind"]
    if subresource == "status" {
      let (status, managedFields) = (new["status"], new.at("metadata", "managedFields"))
      new = old
      new["status"] = status
      new.set(managedFields, at: "metadata", "managedFields")
    } else if subresource == nil, hasStatusSubresource(type) {
      new["status"] = old["status"]
    }
    let fixed = [
      "name", "namespace", "uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp",
      "deletionGracePeriodSeconds",
    ]
    for field in fixed { new.set(old.at("metadata", field), at: "metadata", field) }
    if hasGeneration(type), meaning(of: new) != meaning(of: old) {
      new.set(JSONValue(old.generation + 1), at: "metadata", "generation")
    }
  }

  /// What the generation counts: everything but metadata and status.
  private static func meaning(of object: JSONValue) -> [String: JSONValue] {
    var fields = object.object ?? [:]
    fields["metadata"] = nil
    fields["status"] = nil
    return fields
  }

  static func prepareDelete(
    _ object: inout JSONValue,
    _ type: ResourceType,
    propagation: DeletePropagation?,
    gracePeriodSeconds: Int?,
    now: Instant
  ) {
    var finalizers = object.at("metadata", "finalizers")?.array ?? []
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
      object.set(JSONValue(grace), at: "metadata", "deletionGracePeriodSeconds")
      if hasGeneration(type) {
        object.set(JSONValue(object.generation + 1), at: "metadata", "generation")
      }
    }
    if type == .namespaces { object.set("Terminating", at: "status", "phase") }
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

  /// Core kinds that hold data rather than intentions have no generation.
  static func hasGeneration(_ type: ResourceType) -> Bool {
    switch type.group {
    case "", "coordination.k8s.io", "events.k8s.io", "rbac.authorization.k8s.io", "autoscaling",
      "storage.k8s.io":
      type == .pods || type.kind == "ReplicationController"
    default: true
    }
  }

  static func hasStatusSubresource(_ type: ResourceType) -> Bool {
    switch type.group {
    case "": ["pods", "services", "namespaces", "nodes"].contains(type.plural)
    case "argoproj.io": type.plural == "rollouts"
    case "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "rbac.authorization.k8s.io": false
    default: true
    }
  }
}

extension DeletePreconditions {
  /// Throws 409 when the object is not the one that was meant.
  func check(_ object: JSONValue, _ type: ResourceType) throws(APIError) {
    if let uid, uid != object.uid {
      throw .conflict(
        type,
        object.name,
        "Precondition failed: UID in precondition: \(uid), UID in object meta: \(object.uid)"
      )
    }
    if let resourceVersion, resourceVersion != object.resourceVersion {
      throw .conflict(
        type,
        object.name,
        "Precondition failed: ResourceVersion in precondition: \(resourceVersion), "
          + "ResourceVersion in object meta: \(object.resourceVersion)"
      )
    }
  }
}
