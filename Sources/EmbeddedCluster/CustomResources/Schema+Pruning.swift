import Primitives

extension Schema {
  /// Removes what the schema does not know and returns the paths of what was removed (`spec.unknown`).
  func prune(_ value: inout JSONValue) -> [String] {
    var unknown: [String] = []
    value = pruned(value, at: "", &unknown)
    return unknown
  }

  private func pruned(_ value: JSONValue, at path: String, _ unknown: inout [String]) -> JSONValue {
    switch (shape, value) {
    case (.object(let known, let preserves), .object(var fields)):
      for key in fields.keys.sorted() {
        guard let child = fields[key] else { continue }
        let childPath = path.isEmpty ? key : "\(path).\(key)"
        if let schema = known[key] {
          fields[key] = schema.pruned(child, at: childPath, &unknown)
        } else if !preserves {
          fields[key] = nil
          unknown.append(childPath)
        }
      }
      return .object(fields)
    case (.map(let schema), .object(let fields)):
      guard schema.hasStructure else { return value }
      var result = fields
      for key in fields.keys.sorted() {
        result[key] = fields[key].map { schema.pruned($0, at: "\(path).\(key)", &unknown) }
      }
      return .object(result)
    case (.list(let schema, _), .array(let elements)):
      guard schema.hasStructure else { return value }
      return .array(
        elements.enumerated().map { schema.pruned($0.element, at: "\(path)[\($0.offset)]", &unknown) }
      )
    default: return value
    }
  }

  private var hasStructure: Bool {
    switch shape {
    case .object, .map, .list: true
    default: false
    }
  }

  /// Fills in the defaults of absent fields, and of nulls that may not be null.
  func applyDefaults(to value: inout JSONValue) {
    switch (shape, value) {
    case (.object(let known, _), .object(var fields)):
      for (key, schema) in known {
        if let fallback = schema.rules.defaultValue {
          if fields[key] == nil || fields[key] == .null && !schema.rules.isNullable { fields[key] = fallback }
        }
        guard schema.mayHoldDefaults, var child = fields[key] else { continue }
        schema.applyDefaults(to: &child)
        fields[key] = child
      }
      value = .object(fields)
    case (.map(let schema), .object(var fields)) where schema.mayHoldDefaults:
      for (key, var child) in fields {
        schema.applyDefaults(to: &child)
        fields[key] = child
      }
      value = .object(fields)
    case (.list(let schema, _), .array(let elements)) where schema.mayHoldDefaults:
      value = .array(
        elements.map { element in
          var element = element
          schema.applyDefaults(to: &element)
          return element
        }
      )
    default: break
    }
  }

  private var mayHoldDefaults: Bool { hasStructure }
}
