import KubeModel
import Primitives

/// What the API does to an object of a kind before it is stored: fill in defaults, start the status, refuse nonsense.
///
/// The rules hold for every writer, also for controllers in process.
enum KindRules {
  /// Completes a new object; the metadata is set already.
  static func complete(new object: inout JSONValue, _ resource: ServedResource, addresses: AddressPool) {
    if resource.hasStatus { object["status"] = nil }
    normalize(&object, resource)
    setDefaults(&object, resource)
    switch (resource.type.group, resource.type.kind) {
    case ("", "Service"): assignAddress(&object, addresses)
    case ("batch", "Job"): JobRules.label(&object)
    default: break
    }
    if resource.hasStatus, let status = firstStatus(of: object, resource.type) { object["status"] = status }
  }

  /// Completes a changed object.
  static func complete(changed object: inout JSONValue, _ resource: ServedResource) {
    normalize(&object, resource)
    setDefaults(&object, resource)
  }

  private static func setDefaults(_ object: inout JSONValue, _ resource: ServedResource) {
    if resource.isCustom {
      resource.schema?.applyDefaults(to: &object)
    } else {
      BuiltInDefaults.apply(to: &object, resource.type)
    }
  }

  /// Built-in kinds lose empty maps and lists, as everything that passes through Go structs does.
  private static func normalize(_ object: inout JSONValue, _ resource: ServedResource) {
    if !resource.isCustom, let schema = resource.schema { schema.dropEmpty(&object) }
    var metadata = object["metadata"] ?? .object([:])
    for field in ["labels", "annotations", "finalizers", "ownerReferences", "managedFields"] {
      let value = metadata[field]
      if value == .null || value?.object?.isEmpty == true || value?.array?.isEmpty == true {
        metadata[field] = nil
      }
    }
    for (key, value) in metadata.object ?? [:] where value.isNull { metadata[key] = nil }
    object["metadata"] = metadata
  }

  private static func firstStatus(of object: JSONValue, _ type: ResourceType) -> JSONValue? {
    switch (type.group, type.kind) {
    case ("", "Namespace"): ["phase": "Active"]
    case ("", "Pod"): ["phase": "Pending", "qosClass": .string(PodRules.qosClass(object))]
    case ("", "Service"): ["loadBalancer": [:]]
    case ("apps", "ReplicaSet"): ["replicas": 0]
    case ("apps", _), ("batch", _): [:]
    case ("apiextensions.k8s.io", _): DefinitionRules.firstStatus(object)
    default: nil
    }
  }

  private static func assignAddress(_ service: inout JSONValue, _ addresses: AddressPool) {
    let type = service.at("spec", "type")?.string
    guard type != "ExternalName" else { return }
    if service.at("spec", "clusterIP")?.string ?? "" == "" {
      service.set(.string(addresses.next()), at: "spec", "clusterIP")
    }
    guard let address = service.at("spec", "clusterIP") else { return }
    service.set([address], at: "spec", "clusterIPs")
  }

  /// Throws 422 when an object may not be stored as it is.
  static func validate(_ object: JSONValue, old: JSONValue?, _ resource: ServedResource) throws(APIError) {
    var faults = MetadataRules.faults(in: object, old: old, resource.type)
    if resource.isCustom {
      faults += resource.schema?.faults(in: object) ?? []
      faults += scaleFaults(object, resource)
    } else {
      faults += builtInFaults(object, old: old, resource.type)
    }
    guard faults.isEmpty else { throw .invalid(EventForm.storedType(resource.type), object.name, faults) }
  }

  private static func builtInFaults(
    _ object: JSONValue,
    old: JSONValue?,
    _ type: ResourceType
  ) -> [FieldError] {
    switch (type.group, type.kind) {
    case ("", "Pod"): PodRules.faults(inSpec: object.spec, at: "spec")
    case ("", "Service"): ServiceRules.faults(in: object)
    case ("apps", "ReplicaSet"), ("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"):
      WorkloadRules.faults(in: object, old: old)
    case ("batch", "Job"):
      PodRules.faults(inSpec: object.at("spec", "template", "spec") ?? .null, at: "spec.template.spec")
    case ("apiextensions.k8s.io", "CustomResourceDefinition"): DefinitionRules.faults(in: object)
    default: []
    }
  }

  /// The scale subresource must be able to read the replica count.
  private static func scaleFaults(_ object: JSONValue, _ resource: ServedResource) -> [FieldError] {
    guard let path = resource.scale?.specReplicas, let value = object.at(path) else { return [] }
    let field = "." + path.joined(separator: ".")
    guard let count = value.int else {
      guard let text = value.string else { return [] }
      return [.invalid(field, 0, "\(field) accessor error: \(text) is of the type string, expected int64")]
    }
    return count < 0 ? [.invalid(field, value, "should be a non-negative integer")] : []
  }
}

extension Schema {
  /// Removes empty maps and lists that are not required, and nulls.
  func dropEmpty(_ value: inout JSONValue) {
    switch (shape, value) {
    case (.object(let known, _), .object(var fields)):
      for (key, schema) in known {
        guard var child = fields[key] else { continue }
        schema.dropEmpty(&child)
        fields[key] = schema.isDroppable(child) && !rules.required.contains(key) ? nil : child
      }
      value = .object(fields)
    case (.list(let schema, _), .array(let elements)):
      guard case .object = schema.shape else { return }
      value = .array(
        elements.map { element in
          var element = element
          schema.dropEmpty(&element)
          return element
        }
      )
    default: break
    }
  }

  private func isDroppable(_ value: JSONValue) -> Bool {
    switch (shape, value) {
    case (.map, .object(let fields)): fields.isEmpty
    case (.list, .array(let elements)): elements.isEmpty
    case (.any, .null): false
    case (_, .null): rules.title != "time"
    default: false
    }
  }
}

/// Hands out addresses for services; none is given twice.
final class AddressPool: Sendable {
  private let counter = Locked(0)

  /// The next address of 10.96.0.0/16.
  func next() -> String {
    let number = counter.withLock { counter in
      counter += 1
      return counter
    }
    return "10.96.\(number / 254 % 256).\(number % 254 + 1)"
  }
}
