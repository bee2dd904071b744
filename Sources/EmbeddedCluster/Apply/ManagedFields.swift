import KubeModel
import Primitives

/// The record of who owns which fields (`metadata.managedFields`).
struct ManagedFields: Equatable {
  /// One manager's claim.
  struct Entry: Equatable {
    var manager: String
    var operation: String
    var apiVersion: String
    var subresource: String?
    var time: String?
    var fields: FieldSet

    /// Entries of one manager differ by operation, version and subresource.
    func isSame(as other: Entry) -> Bool {
      manager == other.manager && operation == other.operation && apiVersion == other.apiVersion
        && subresource == other.subresource
    }
  }

  var entries: [Entry]

  init(_ object: JSONValue) {
    entries = (object.at("metadata", "managedFields")?.array ?? []).compactMap { value in
      guard let manager = value["manager"]?.string, let operation = value["operation"]?.string else {
        return nil
      }
      return Entry(
        manager: manager,
        operation: operation,
        apiVersion: value["apiVersion"]?.string ?? "",
        subresource: value["subresource"]?.string,
        time: value["time"]?.string,
        fields: FieldSet(json: value["fieldsV1"] ?? .object([:]))
      )
    }
  }

  /// The form in the metadata: applied claims first, then by time and name; nil when nobody owns anything.
  var json: JSONValue? {
    let owned = entries.filter { !$0.fields.isEmpty }
    guard !owned.isEmpty else { return nil }
    let sorted = owned.sorted { left, right in
      (left.operation, left.time ?? "", left.manager, left.subresource ?? "")
        < (right.operation, right.time ?? "", right.manager, right.subresource ?? "")
    }
    return .array(
      sorted.map { entry in
        var value: JSONValue = [
          "manager": .string(entry.manager), "operation": .string(entry.operation),
          "apiVersion": .string(entry.apiVersion), "fieldsType": "FieldsV1", "fieldsV1": entry.fields.json,
        ]
        if let time = entry.time { value["time"] = .string(time) }
        if let subresource = entry.subresource { value["subresource"] = .string(subresource) }
        return value
      }
    )
  }

  /// Takes fields away from everyone but one entry.
  mutating func release(_ fields: FieldSet, except kept: Entry?) {
    for index in entries.indices where kept.map({ !entries[index].isSame(as: $0) }) ?? true {
      entries[index].fields = entries[index].fields.subtracting(fields)
    }
    entries.removeAll { $0.fields.isEmpty }
  }

  /// Nobody owns these: the server does.
  static let unowned: FieldSet = {
    var set = FieldSet()
    set.insert([.field("apiVersion")])
    set.insert([.field("kind")])
    let metadata = [
      "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink",
      "managedFields",
      "deletionTimestamp", "deletionGracePeriodSeconds",
    ]
    for field in metadata { set.insert([.field("metadata"), .field(field)]) }
    return set
  }()

  /// Whether a write leaves the record to the server; one that gives it may take entries out of it, and an entry
  /// without a manager empties it.
  static func isUnsaid(in object: JSONValue) -> Bool {
    object.at("metadata", "managedFields")?.array?.isEmpty ?? true
  }

  /// Records an ordinary write: what it changed belongs to its manager from now on.
  static func recordUpdate(
    _ new: inout JSONValue,
    from old: JSONValue?,
    by manager: String,
    subresource: String?,
    _ resource: ServedResource,
    _ now: Instant
  ) {
    let schema = resource.schema ?? .any
    var managed = ManagedFields(old == nil || isUnsaid(in: new) ? old ?? .null : new)
    var before = old ?? ["metadata": [:]]
    if old == nil, !resource.isCustom {
      // Parts that Go structs always have are no additions of the creator.
      if new["spec"]?.object != nil { before["spec"] = [:] }
      if new["status"]?.object != nil { before["status"] = [:] }
    }
    var difference = schema.difference(from: before, to: new)
    difference.added.children[.field("status")] =
      old == nil && subresource == nil ? nil : difference.added.children[.field("status")]
    let changed = difference.added.union(difference.modified).subtractingSubtrees(unowned)
    let removed = difference.removed.subtractingSubtrees(unowned)
    guard !changed.isEmpty || !removed.isEmpty else {
      new.set(managed.json, at: "metadata", "managedFields")
      return
    }
    var entry = Entry(
      manager: manager,
      operation: "Update",
      apiVersion: resource.type.apiVersion,
      subresource: subresource,
      time: now.rfc3339,
      fields: FieldSet()
    )
    managed.release(removed, except: nil)
    managed.release(changed, except: entry)
    if !changed.isEmpty {
      if let index = managed.entries.firstIndex(where: { $0.isSame(as: entry) }) {
        entry.fields = managed.entries.remove(at: index).fields
      }
      entry.fields = entry.fields.union(changed)
      managed.entries.append(entry)
    }
    new.set(managed.json, at: "metadata", "managedFields")
  }
}
