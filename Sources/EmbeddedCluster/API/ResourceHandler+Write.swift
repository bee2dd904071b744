import KubeModel
import Primitives

extension ResourceHandler {
  func create() throws(APIError) -> APIResponse {
    var (object, warnings) = try RequestBody(request: request, resource: target.resource).object()
    try place(&object, name: nil)
    let made = try store.create(type, object, manager: request.manager, dryRun: request.isDryRun)
    return try show(made, status: 201).warning(warnings)
  }

  /// Checks that the object is where the path says, and puts it there.
  private func place(_ object: inout JSONValue, name: String?) throws(APIError) {
    if type.isNamespaced {
      guard object.namespace.isEmpty || object.namespace == namespace else {
        throw .badRequest(
          "the namespace of the provided object does not match the namespace sent on the request"
        )
      }
      object.set(.string(namespace), at: "metadata", "namespace")
    }
    guard let name else { return }
    guard object.name == name || object.name.isEmpty else {
      throw .badRequest(
        "the name of the object (\(object.name)) does not match the name on the URL (\(name))"
      )
    }
    object.set(.string(name), at: "metadata", "name")
  }

  func replace(_ name: String, subresource: String?) throws(APIError) -> APIResponse {
    var (object, warnings) = try RequestBody(request: request, resource: target.resource).object()
    try place(&object, name: name)
    let wanted = object
    if target.resource.isCustom, wanted.resourceVersion.isEmpty {
      throw .invalid(
        type,
        name,
        [.invalid("metadata.resourceVersion", 0, "must be specified for an update")]
      )
    }
    let updated = try store.update(
      type,
      namespace: namespace,
      name: name,
      subresource: subresource,
      manager: request.manager,
      dryRun: request.isDryRun
    ) { (current) throws(APIError) in
      try checkIdentity(wanted, current)
      let managed = current.at("metadata", "managedFields")
      current = wanted
      if ManagedFields.isUnsaid(in: wanted) { current.set(managed, at: "metadata", "managedFields") }
    }
    return try show(updated).warning(warnings)
  }

  /// Refuses a write that was made for another version, or another object of the same name.
  private func checkIdentity(_ wanted: JSONValue, _ current: JSONValue) throws(APIError) {
    if !wanted.uid.isEmpty, wanted.uid != current.uid {
      let group = type.group.isEmpty ? "" : "\(type.group)/"
      let place = type.isNamespaced ? "\(namespace)/" : ""
      throw .conflict(
        type,
        current.name,
        "StorageError: invalid object, Code: 4, Key: /registry/\(group)\(type.plural)/\(place)\(current.name), "
          + "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: \(wanted.uid), "
          + "UID in object meta: \(current.uid)"
      )
    }
    let version = wanted.resourceVersion
    if !version.isEmpty, version != "0", version != current.resourceVersion {
      throw .conflict(type, current.name)
    }
  }

  func patch(_ name: String, subresource: String?) throws(APIError) -> APIResponse {
    let patch = try PatchBody(request: request, resource: target.resource)
    if case .apply(let intent) = patch.change {
      return try apply(intent, name, subresource: subresource, warnings: patch.warnings)
    }
    var warnings: [String] = []
    let updated = try store.update(
      type,
      namespace: namespace,
      name: name,
      subresource: subresource,
      manager: request.manager,
      dryRun: request.isDryRun
    ) { (current) throws(APIError) in
      let managed = current.at("metadata", "managedFields")
      var wanted = try patch.applied(to: current)
      warnings = try RequestBody(request: request, resource: target.resource).prune(&wanted)
      try checkPatched(wanted, current)
      if ManagedFields.isUnsaid(in: wanted) { wanted.set(managed, at: "metadata", "managedFields") }
      current = wanted
    }
    return try show(updated).warning(warnings)
  }

  private func checkPatched(_ wanted: JSONValue, _ current: JSONValue) throws(APIError) {
    try checkIdentity(wanted, current)
    guard wanted.name != current.name else { return }
    throw .badRequest(
      "the name of the object (\(wanted.name)) does not match the name on the URL (\(current.name))"
    )
  }

  private func apply(
    _ intent: JSONValue,
    _ name: String,
    subresource: String?,
    warnings: [String]
  ) throws(APIError) -> APIResponse {
    var intent = intent
    try place(&intent, name: name)
    let applied = withoutUntouched(intent, subresource: subresource)
    let plan = ServerSideApply(
      resource: target.resource,
      manager: request.manager,
      isForced: request.query.flag("force"),
      subresource: subresource,
      now: store.sources.now()
    )
    guard store.get(type, namespace: namespace, name: name) != nil else {
      guard subresource == nil else { throw .notFound(type, name) }
      guard applied.uid.isEmpty else { throw .notFound(type, name) }
      var made = try plan.apply(applied, to: nil)
      if type.isNamespaced { made.set(.string(namespace), at: "metadata", "namespace") }
      return try show(try store.create(type, made, dryRun: request.isDryRun), status: 201).warning(warnings)
    }
    let updated = try store.update(
      type,
      namespace: namespace,
      name: name,
      subresource: subresource,
      dryRun: request.isDryRun
    ) { (current) throws(APIError) in
      try checkIdentity(applied, current)
      current = try plan.apply(applied, to: current)
    }
    return try show(updated).warning(warnings)
  }

  /// The part of an intent that this endpoint writes; nobody comes to own what was ignored.
  private func withoutUntouched(_ intent: JSONValue, subresource: String?) -> JSONValue {
    guard target.resource.hasStatus else { return intent }
    var intent = intent
    if subresource == nil {
      intent["status"] = nil
    } else if subresource == "status" {
      let kept: Set<String> = ["apiVersion", "kind", "metadata", "status"]
      for key in (intent.object ?? [:]).keys where !kept.contains(key) { intent[key] = nil }
      var metadata: JSONValue = ["name": .string(intent.name)]
      for key in ["namespace", "uid", "resourceVersion"] { metadata[key] = intent.at("metadata", key) }
      intent["metadata"] = metadata
    }
    return intent
  }

  func delete(_ name: String) throws(APIError) -> APIResponse {
    let options = try DeleteRequest(request)
    let deleted = try store.delete(
      type,
      namespace: namespace,
      name: name,
      preconditions: options.preconditions,
      propagation: options.propagation,
      gracePeriodSeconds: options.gracePeriodSeconds,
      dryRun: request.isDryRun
    )
    if type == .definitions, !request.isDryRun { store.finishDefinition(name: name) }
    if deleted.isBeingDeleted || Self.returnsDeleted.contains(type.kind),
      !target.resource.isCustom
        || deleted.isBeingDeleted
    {
      return try show(deleted)
    }
    var details: JSONValue = [
      "name": .string(name), "kind": .string(type.plural), "uid": .string(deleted.uid),
    ]
    if !type.group.isEmpty { details["group"] = .string(type.group) }
    return .json(
      ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
    )
  }

  /// Kinds whose deletion answers with the object rather than with a status.
  private static let returnsDeleted: Set<String> = [
    "Pod", "Service", "ServiceAccount", "PodTemplate", "ResourceQuota", "PersistentVolume",
    "PersistentVolumeClaim",
  ]

  func deleteCollection() throws(APIError) -> APIResponse {
    let options = try DeleteRequest(request)
    let filter = try ObjectFilter(request.query, target.resource)
    let found = store.list(type, namespace: target.namespace)
    var deleted: [JSONValue] = []
    for object in found.items where filter.matches(object) {
      do throws(APIError) {
        deleted.append(
          try store.delete(
            type,
            namespace: object.namespace,
            name: object.name,
            propagation: options.propagation,
            gracePeriodSeconds: options.gracePeriodSeconds,
            dryRun: request.isDryRun
          )
        )
      } catch  where error.code == 404 {
        continue
      } catch {
        throw error
      }
    }
    return .json(
      [
        "kind": .string(target.resource.listKind), "apiVersion": .string(type.apiVersion),
        "metadata": ["resourceVersion": .string(String(found.resourceVersion))],
        "items": .array(target.resource.isCustom ? deleted : deleted.map(\.withoutKind)),
      ]
    )
  }
}

/// What a DELETE asks for, in its body or its parameters.
struct DeleteRequest {
  var preconditions = DeletePreconditions()
  var propagation: DeletePropagation?
  var gracePeriodSeconds: Int?

  /// - Throws: `APIError` 400 when the body is no JSON, 422 when the propagation policy is unknown.
  init(_ request: APIRequest) throws(APIError) {
    var body = JSONValue.null
    if !request.body.isEmpty {
      do throws(JSONError) {
        body = try JSONValue(parsing: request.body)
      } catch {
        throw .badRequest("couldn't read the delete options: \(error)")
      }
    }
    preconditions.uid = body.at("preconditions", "uid")?.string
    preconditions.resourceVersion = body.at("preconditions", "resourceVersion")?.string
    gracePeriodSeconds =
      body["gracePeriodSeconds"]?.int ?? request.query["gracePeriodSeconds"].flatMap(Int.init)
    if let policy = body["propagationPolicy"]?.string ?? request.query["propagationPolicy"], !policy.isEmpty {
      guard let known = DeletePropagation(rawValue: policy) else {
        let type = ResourceType(group: "meta.k8s.io", version: "v1", kind: "DeleteOptions", plural: "")
        throw .invalid(
          type,
          "",
          [
            .unsupported("propagationPolicy", .string(policy), ["Background", "Foreground", "Orphan", "nil"])
          ]
        )
      }
      propagation = known
    } else if body["orphanDependents"]?.bool == true {
      propagation = .orphan
    }
  }
}
