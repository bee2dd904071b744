import Primitives

/// What changed between two values, as field sets.
struct FieldDifference {
  var added = FieldSet()
  var modified = FieldSet()
  var removed = FieldSet()

  var isEmpty: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }
}

extension Schema {
  /// How apply takes a value apart.
  enum Parts {
    case leaf
    case fields(JSONFields)
    case elements([JSONValue], ListKind)
  }

  /// Objects of unknown structure are taken apart by field, lists of unknown structure belong to one writer.
  func parts(of value: JSONValue) -> Parts {
    switch (shape, value) {
    case (_, .object(let fields)) where !rules.isAtomic: .fields(fields)
    case (.list(_, let kind), .array(let elements)) where kind != .atomic: .elements(elements, kind)
    default: .leaf
    }
  }

  func fieldSchema(_ name: String) -> Schema { child(name) ?? .any }

  var elementSchema: Schema {
    guard case .list(let element, _) = shape else { return .any }
    return element
  }

  /// The fields that an applied value claims: its leaves, and its list elements themselves.
  func claimedFields(of value: JSONValue) -> FieldSet {
    switch parts(of: value) {
    case .leaf: return .leaf
    case .fields(let fields):
      guard !fields.isEmpty else { return .leaf }
      var set = FieldSet()
      for (name, child) in fields {
        set.children[.field(name)] = fieldSchema(name).claimedFields(of: child)
      }
      return set
    case .elements(let elements, let kind):
      guard !elements.isEmpty else { return .leaf }
      var set = FieldSet()
      for element in elements {
        var child = kind == .set ? FieldSet() : elementSchema.claimedFields(of: element)
        child.isMember = true
        set.children[kind.step(of: element)] = child
      }
      return set
    }
  }

  /// Everything in a value: its leaves and the objects and lists on the way.
  func allFields(of value: JSONValue) -> FieldSet {
    var set = FieldSet.leaf
    switch parts(of: value) {
    case .leaf: break
    case .fields(let fields):
      for (name, child) in fields { set.children[.field(name)] = fieldSchema(name).allFields(of: child) }
    case .elements(let elements, let kind):
      for element in elements {
        set.children[kind.step(of: element)] = kind == .set ? .leaf : elementSchema.allFields(of: element)
      }
    }
    return set
  }

  /// What changed from one value to another.
  func difference(from old: JSONValue, to new: JSONValue) -> FieldDifference {
    guard old != new else { return FieldDifference() }
    var result = FieldDifference()
    switch (parts(of: old), parts(of: new)) {
    case (.fields(let before), .fields(let after)):
      for name in Set(before.keys).union(after.keys) {
        result.take(fieldSchema(name), before[name], after[name], at: .field(name))
      }
    case (.elements(let before, let kind), .elements(let after, _)):
      let (old, new) = (kind.index(before), kind.index(after))
      for step in Set(old.keys).union(new.keys) { result.take(elementSchema, old[step], new[step], at: step) }
      // The same elements in another order are a change of the list as a whole.
      if result.isEmpty { result.modified = .leaf }
    default: result.modified = .leaf
    }
    return result
  }
}

extension FieldDifference {
  fileprivate mutating func take(
    _ schema: Schema,
    _ old: JSONValue?,
    _ new: JSONValue?,
    at step: FieldSet.Step
  ) {
    switch (old, new) {
    case (nil, let new?): added.children[step] = schema.allFields(of: new)
    case (let old?, nil): removed.children[step] = schema.allFields(of: old)
    case (let old?, let new?):
      let change = schema.difference(from: old, to: new)
      if !change.added.isEmpty { added.children[step] = change.added }
      if !change.modified.isEmpty { modified.children[step] = change.modified }
      if !change.removed.isEmpty { removed.children[step] = change.removed }
    case (nil, nil): break
    }
  }
}

extension Schema.ListKind {
  func step(of element: JSONValue) -> FieldSet.Step {
    guard case .map(let keys) = self else { return .value(element) }
    var identity: JSONFields = [:]
    // A port without a protocol is a TCP port: the only key with a default among the built-in kinds.
    for key in keys { identity[key] = element[key] ?? (key == "protocol" ? "TCP" : nil) }
    return .key(.object(identity))
  }

  func index(_ elements: [JSONValue]) -> [FieldSet.Step: JSONValue] {
    Dictionary(elements.map { (step(of: $0), $0) }) { first, _ in first }
  }
}
