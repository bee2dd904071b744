import KubeModel
import Primitives

/// Server-side apply: what becomes of an object when a manager applies its intent.
struct ServerSideApply {
  let resource: ServedResource
  let manager: String
  let isForced: Bool
  let subresource: String?
  let now: Instant

  private var schema: Schema { resource.schema ?? .any }

  /// The object after applying; nil `live` means that it is created.
  ///
  /// - Throws: `APIError` 409 with one cause for each field that another manager owns with another value.
  func apply(_ intent: JSONValue, to live: JSONValue?) throws(APIError) -> JSONValue {
    var intent = intent
    intent["apiVersion"] = nil
    intent["kind"] = nil
    let base = live ?? ["metadata": ["name": .string(intent.name)]]
    var managed = ManagedFields(base)
    var entry = ManagedFields.Entry(
      manager: manager,
      operation: "Apply",
      apiVersion: resource.type.apiVersion,
      subresource: subresource,
      time: now.rfc3339,
      fields: schema.claimedFields(of: intent).subtractingSubtrees(ManagedFields.unowned)
    )
    let previous = managed.entries.first { $0.isSame(as: entry) }
    managed.entries.removeAll { $0.isSame(as: entry) }

    var result = schema.merge(intent, into: base)
    try resolveConflicts(schema.difference(from: base, to: result), &managed)
    if let dropped = previous?.fields.subtracting(entry.fields), !dropped.isEmpty {
      let kept = managed.entries.reduce(entry.fields) { $0.union($1.fields) }
      result = schema.removing(dropped, from: result, unless: kept)
    }
    managed.release(schema.difference(from: base, to: result).removed, except: nil)
    if let previous, previous.fields == entry.fields, result == base { entry.time = previous.time }
    if !entry.fields.isEmpty { managed.entries.append(entry) }
    result["apiVersion"] = base["apiVersion"]
    result["kind"] = base["kind"]
    result.set(managed.json, at: "metadata", "managedFields")
    return result
  }

  private func resolveConflicts(
    _ difference: FieldDifference,
    _ managed: inout ManagedFields
  ) throws(APIError) {
    let changed = difference.modified.union(difference.added)
    var conflicts: [(entry: ManagedFields.Entry, fields: FieldSet)] = []
    for entry in managed.entries {
      let common = entry.fields.intersection(changed)
      if !common.isEmpty { conflicts.append((entry, common)) }
    }
    guard !conflicts.isEmpty else { return }
    guard isForced else { throw Self.conflict(conflicts, resource.type) }
    for conflict in conflicts { managed.release(conflict.fields, except: nil) }
  }

  private static func conflict(
    _ conflicts: [(entry: ManagedFields.Entry, fields: FieldSet)],
    _ type: ResourceType
  ) -> APIError {
    var causes: [JSONValue] = []
    var groups: [(who: String, fields: [String])] = []
    for (entry, fields) in conflicts {
      var who = "conflict with \"\(entry.manager)\""
      if let subresource = entry.subresource { who += " with subresource \"\(subresource)\"" }
      if entry.operation == "Update" {
        who += " using \(entry.apiVersion)"
        if let time = entry.time { who += " at \(time)" }
      }
      let texts = fields.paths.map(\.fieldText)
      groups.append((who, texts))
      causes += texts.map {
        ["reason": "FieldManagerConflict", "message": .string(who), "field": .string($0)]
      }
    }
    let count = causes.count
    let body = groups.map { group in
      group.fields.count == 1
        ? "\(group.who): \(group.fields[0])"
        : "\(group.who):" + group.fields.map { "\n- \($0)" }.joined()
    }
    let head = "Apply failed with \(count) conflict\(count == 1 ? "" : "s"): "
    return APIError(
      code: 409,
      reason: "Conflict",
      message: head + body.joined(separator: "\n"),
      details: ["causes": .array(causes)]
    )
  }
}

extension Schema {
  /// The live value with the applied one laid over it.
  func merge(_ applied: JSONValue, into live: JSONValue) -> JSONValue {
    switch (parts(of: applied), parts(of: live)) {
    case (.fields(let applied), .fields(var live)):
      for (name, value) in applied {
        live[name] = live[name].map { fieldSchema(name).merge(value, into: $0) } ?? value
      }
      return .object(live)
    case (.elements(let applied, let kind), .elements(let live, _)):
      let wanted = kind.index(applied)
      var known: Set<FieldSet.Step> = []
      var merged = live.map { element in
        let step = kind.step(of: element)
        known.insert(step)
        return wanted[step].map { elementSchema.merge($0, into: element) } ?? element
      }
      for element in applied where known.insert(kind.step(of: element)).inserted { merged.append(element) }
      return .array(merged)
    default: return applied
    }
  }

  /// The value without the fields of one set, except what the other set still holds.
  func removing(_ dropped: FieldSet, from value: JSONValue, unless kept: FieldSet) -> JSONValue {
    switch parts(of: value) {
    case .leaf: return value
    case .fields(var fields):
      for (step, child) in dropped.children {
        guard case .field(let name) = step, let old = fields[name] else { continue }
        fields[name] = fieldSchema(name).rest(of: old, child, kept.children[step])
      }
      return .object(fields)
    case .elements(let elements, let kind):
      return .array(
        elements.compactMap { element in
          let step = kind.step(of: element)
          guard let child = dropped.children[step] else { return element }
          return elementSchema.rest(of: element, child, kept.children[step])
        }
      )
    }
  }

  /// What is left of one child; nil when it goes.
  private func rest(of value: JSONValue, _ dropped: FieldSet, _ kept: FieldSet?) -> JSONValue? {
    guard let kept, !kept.isEmpty else {
      if dropped.isMember { return nil }
      let rest = removing(dropped, from: value, unless: FieldSet())
      // A container that held only what was dropped goes with it.
      return rest != value && (rest.object?.isEmpty == true || rest.array?.isEmpty == true) ? nil : rest
    }
    return removing(dropped, from: value, unless: kept)
  }
}
