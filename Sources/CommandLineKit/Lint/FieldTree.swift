import Primitives

/// Which fields there are below a field.
indirect enum FieldTree: Sendable, Equatable {
  /// A value without fields, or one whose fields nobody lists.
  case leaf
  case open
  case fields([String: FieldTree])

  /// Reads the notation of ``FieldNotation``; groups are looked up by name.
  init(_ notation: String, groups: [String: String] = FieldNotation.groups) {
    var rest = notation[...]
    self = Self.fields(of: &rest, groups)
  }

  private static func fields(of rest: inout Substring, _ groups: [String: String]) -> FieldTree {
    var fields: [String: FieldTree] = [:]
    while let first = rest.first, first != "}" {
      if first.isWhitespace {
        rest = rest.dropFirst()
        continue
      }
      let name = rest.prefix { $0.isLetter || $0.isNumber }
      precondition(!name.isEmpty, "the notation has a field without a name")
      rest = rest.dropFirst(name.count)
      fields[String(name)] = child(&rest, groups)
    }
    return .fields(fields)
  }

  private static func child(_ rest: inout Substring, _ groups: [String: String]) -> FieldTree {
    switch rest.first {
    case "*":
      rest = rest.dropFirst()
      return .open
    case "{":
      rest = rest.dropFirst()
      let child = fields(of: &rest, groups)
      rest = rest.dropFirst()
      return child
    case "@":
      let name = rest.dropFirst().prefix { $0.isLetter }
      rest = rest.dropFirst(name.count + 1)
      var group = (groups[String(name)] ?? "")[...]
      return fields(of: &group, groups)
    default: return .leaf
    }
  }

  /// The fields of a value that the tree does not have: path, name and the names that there are. Lists are looked
  /// through.
  func unknown(in value: JSONValue, at path: String) -> [(path: String, field: String, known: Set<String>)] {
    guard case .fields(let fields) = self else { return [] }
    if let elements = value.array {
      return elements.enumerated().flatMap { unknown(in: $1, at: "\(path)[\($0)]") }
    }
    return (value.object ?? [:]).sorted { $0.key < $1.key }.flatMap { name, child in
      guard let tree = fields[name] else { return [(path, name, Set(fields.keys))] }
      return tree.unknown(in: child, at: "\(path).\(name)")
    }
  }
}
