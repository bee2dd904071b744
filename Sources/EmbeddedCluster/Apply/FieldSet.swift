import Primitives

/// A set of paths into an object: what a field manager owns.
///
/// The tree is the one of `fieldsV1`: a node is a member itself (`.`), has children, or both; a leaf is a member.
struct FieldSet: Sendable, Equatable {
  /// One step of a path.
  enum Step: Hashable, Sendable, Comparable {
    case field(String)
    /// The element of a list told apart by these fields.
    case key(JSONValue)
    /// The element of a set.
    case value(JSONValue)

    /// `f:name`, `k:{"name":"x"}` or `v:"x"`.
    var text: String {
      switch self {
      case .field(let name): "f:\(name)"
      case .key(let fields): "k:\(fields.text())"
      case .value(let value): "v:\(value.text())"
      }
    }

    static func < (left: Step, right: Step) -> Bool { left.text < right.text }
  }

  var isMember = false
  var children: [Step: FieldSet] = [:]

  static let leaf = FieldSet(isMember: true)

  var isEmpty: Bool { !isMember && children.values.allSatisfy(\.isEmpty) }

  func contains(_ path: some Sequence<Step>) -> Bool {
    var node = self
    for step in path {
      guard let child = node.children[step] else { return false }
      node = child
    }
    return node.isMember
  }

  mutating func insert(_ path: ArraySlice<Step>) {
    guard let step = path.first else {
      isMember = true
      return
    }
    children[step, default: FieldSet()].insert(path.dropFirst())
  }

  mutating func remove(_ path: ArraySlice<Step>) {
    guard let step = path.first else {
      self = FieldSet()
      return
    }
    guard var child = children[step] else { return }
    child.remove(path.dropFirst())
    children[step] = child.isEmpty ? nil : child
  }

  func union(_ other: FieldSet) -> FieldSet {
    FieldSet(
      isMember: isMember || other.isMember,
      children: children.merging(other.children) { $0.union($1) }
    )
  }

  func intersection(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(isMember: isMember && other.isMember)
    for (step, child) in children {
      guard let common = other.children[step].map(child.intersection), !common.isEmpty else { continue }
      result.children[step] = common
    }
    return result
  }

  /// The paths of this set that the other lacks.
  func subtracting(_ other: FieldSet) -> FieldSet {
    var result = FieldSet(isMember: isMember && !other.isMember)
    for (step, child) in children {
      let rest = other.children[step].map(child.subtracting) ?? child
      if !rest.isEmpty { result.children[step] = rest }
    }
    return result
  }

  /// The paths of this set that are neither in the other nor below one of its members.
  func subtractingSubtrees(_ other: FieldSet) -> FieldSet {
    guard !other.isMember else { return FieldSet() }
    var result = FieldSet(isMember: isMember)
    for (step, child) in children {
      let rest = other.children[step].map(child.subtractingSubtrees) ?? child
      if !rest.isEmpty { result.children[step] = rest }
    }
    return result
  }

  /// All members in the order of their texts.
  var paths: [[Step]] {
    (isMember ? [[]] : [])
      + children.sorted { $0.key < $1.key }.flatMap { step, child in child.paths.map { [step] + $0 } }
  }
}

extension FieldSet {
  /// Reads `fieldsV1`; steps that cannot be read are left out.
  init(json: JSONValue) {
    guard let fields = json.object, !fields.isEmpty else {
      self = .leaf
      return
    }
    for (text, child) in fields {
      if text == "." {
        isMember = true
      } else if let step = Step(text) {
        children[step] = FieldSet(json: child)
      }
    }
  }

  /// The `fieldsV1` form.
  var json: JSONValue {
    var fields: JSONFields = [:]
    for (step, child) in children { fields[step.text] = child.json }
    if isMember, !children.isEmpty { fields["."] = .object([:]) }
    return .object(fields)
  }
}

extension FieldSet.Step {
  init?(_ text: String) {
    let rest = String(text.dropFirst(2))
    do throws(JSONError) {
      if text.hasPrefix("f:") {
        self = .field(rest)
      } else if text.hasPrefix("k:") {
        self = .key(try JSONValue(parsing: rest))
      } else if text.hasPrefix("v:") {
        self = .value(try JSONValue(parsing: rest))
      } else {
        return nil
      }
    } catch {
      return nil
    }
  }
}

extension [FieldSet.Step] {
  /// How conflicts name a field: `.spec.items[name="y"].v`.
  var fieldText: String {
    map { step in
      switch step {
      case .field(let name): ".\(name)"
      case .value(let value): "[=\(value.text())]"
      case .key(let fields):
        "["
          + (fields.object ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text())" }
          .joined(separator: ",") + "]"
      }
    }.joined()
  }
}
