import Primitives

extension Schema {
  /// What is wrong with a value, by field; empty when it is valid.
  func faults(in value: JSONValue) -> [FieldError] {
    var faults: [FieldError] = []
    check(value, at: "", &faults)
    return faults
  }

  private func check(_ value: JSONValue, at path: String, _ faults: inout [FieldError]) {
    if value.isNull {
      if !rules.isNullable, case .any = shape {
      } else if !rules.isNullable {
        faults.append(wrongType(path, "null"))
      }
      return
    }
    guard hasRightType(value) else {
      faults.append(wrongType(path, Self.typeName(value)))
      return
    }
    if let allowed = rules.enumeration, !allowed.contains(value) {
      faults.append(.unsupported(path, value, allowed))
    }
    checkRange(value, at: path, &faults)
    checkChildren(value, at: path, &faults)
    checkCombinations(value, at: path, &faults)
  }

  private func checkCombinations(_ value: JSONValue, at path: String, _ faults: inout [FieldError]) {
    func holds(_ schema: Schema) -> Bool { schema.faults(in: value).isEmpty }
    func refuse(_ text: String) { faults.append(.invalid(path, value, "\(path) in body must \(text)")) }
    if !rules.allOf.allSatisfy(holds) { refuse("validate all the schemas (allOf)") }
    if !rules.anyOf.isEmpty, !rules.anyOf.contains(where: holds) {
      refuse("validate at least one schema (anyOf)")
    }
    let count = rules.oneOf.count(where: holds)
    if !rules.oneOf.isEmpty, count != 1 {
      refuse("validate one and only one schema (oneOf). Found \(count == 0 ? "none" : "\(count)") valid")
    }
    if rules.not.contains(where: holds) { refuse("not validate the schema (not)") }
  }

  private func wrongType(_ path: String, _ found: String) -> FieldError {
    .wrongType(path, .string(found), "\(path) in body must be of type \(typeName): \"\(found)\"")
  }

  private func checkChildren(_ value: JSONValue, at path: String, _ faults: inout [FieldError]) {
    defer {
      for key in rules.required where value.object != nil && value[key] == nil {
        faults.append(.required(path.isEmpty ? key : "\(path).\(key)"))
      }
    }
    switch (shape, value) {
    case (.object(let known, _), .object(let fields)):
      for key in fields.keys.sorted() {
        guard let schema = known[key], let child = fields[key] else { continue }
        schema.check(child, at: path.isEmpty ? key : "\(path).\(key)", &faults)
      }
    case (.map(let schema), .object(let fields)):
      for key in fields.keys.sorted() {
        guard let child = fields[key] else { continue }
        schema.check(child, at: "\(path).\(key)", &faults)
      }
    case (.list(let schema, let kind), .array(let elements)):
      for (index, element) in elements.enumerated() {
        schema.check(element, at: "\(path)[\(index)]", &faults)
      }
      checkDuplicates(elements, kind, at: path, &faults)
    default: break
    }
  }

  private func checkDuplicates(
    _ elements: [JSONValue],
    _ kind: ListKind,
    at path: String,
    _ faults: inout [FieldError]
  ) {
    guard kind != .atomic else { return }
    var seen: Set<JSONValue> = []
    for (index, element) in elements.enumerated() {
      let identity = kind.identity(of: element)
      guard !seen.insert(identity).inserted else { continue }
      faults.append(
        FieldError(
          reason: "FieldValueDuplicate",
          field: "\(path)[\(index)]",
          message: "Duplicate value: \(identity.text())"
        )
      )
    }
  }

  private func checkRange(_ value: JSONValue, at path: String, _ faults: inout [FieldError]) {
    func refuse(_ text: String) { faults.append(.invalid(path, value, "\(path) in body should \(text)")) }
    if let number = value.double {
      if let minimum = rules.minimum, rules.exclusiveMinimum ? number <= minimum : number < minimum {
        let bound = JSONValue.double(minimum).text()
        refuse(rules.exclusiveMinimum ? "be greater than \(bound)" : "be greater than or equal to \(bound)")
      }
      if let maximum = rules.maximum, rules.exclusiveMaximum ? number >= maximum : number > maximum {
        let bound = JSONValue.double(maximum).text()
        refuse(rules.exclusiveMaximum ? "be less than \(bound)" : "be less than or equal to \(bound)")
      }
    }
    if let text = value.string {
      let length = text.unicodeScalars.count
      if let least = rules.minLength, length < least { refuse("be at least \(least) chars long") }
      if let most = rules.maxLength, length > most {
        faults.append(tooLong(path, "may not be more than \(most) bytes"))
      }
      if let pattern = rules.pattern, !Self.matches(text, pattern) { refuse("match '\(pattern)'") }
    }
    if let count = value.array?.count {
      if let least = rules.minItems, count < least { refuse("have at least \(least) items") }
      if let most = rules.maxItems, count > most {
        faults.append(tooLong(path, "must have at most \(most) items", count))
      }
    }
    if let count = value.object?.count {
      if let least = rules.minProperties, count < least { refuse("have at least \(least) properties") }
      if let most = rules.maxProperties, count > most {
        faults.append(tooLong(path, "must have at most \(most) items", count))
      }
    }
  }

  private func tooLong(_ path: String, _ text: String, _ count: Int? = nil) -> FieldError {
    let verb = count == nil ? "Too long" : "Too many: \(count ?? 0)"
    return FieldError(
      reason: count == nil ? "FieldValueTooLong" : "FieldValueTooMany",
      field: path,
      message: "\(verb): \(text)"
    )
  }

  /// A pattern that this engine cannot read restricts nothing: refusing good objects would be worse.
  private static func matches(_ text: String, _ pattern: String) -> Bool {
    do {
      return try Regex(pattern).firstMatch(in: text) != nil
    } catch {
      return true
    }
  }

  private func hasRightType(_ value: JSONValue) -> Bool {
    switch shape {
    case .string: value.string != nil
    case .integer: value.int != nil
    case .number: value.double != nil
    case .boolean: value.bool != nil
    case .intOrString: value.int != nil || value.string != nil
    case .any: true
    case .object, .map: value.object != nil
    case .list: value.array != nil
    }
  }

  /// The name of the type as OpenAPI has it.
  var typeName: String {
    switch shape {
    case .string: "string"
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .intOrString: "integer,string"
    case .any: "any"
    case .object, .map: "object"
    case .list: "array"
    }
  }

  private static func typeName(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool: "boolean"
    case .int: "integer"
    case .double: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}

extension Schema.ListKind {
  /// What tells an element from the others: itself, or an object of its keys.
  func identity(of element: JSONValue) -> JSONValue {
    guard case .map(let keys) = self else { return element }
    var identity: JSONFields = [:]
    for key in keys { identity[key] = element[key] }
    return .object(identity)
  }
}
