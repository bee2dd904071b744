import Primitives

/// Structs of a Go API package, as far as the JSON that Go writes for them shows: names, order and emptiness.
///
/// They are read from a text with a line per struct (and indented lines that continue it): its name, then its fields
/// in order as `name:kind`. A kind is `string`, `bool`, `int`, `quantity`, `intOrString`, `time`, `raw` or a struct;
/// `*kind` is a pointer, `[kind]` a list, `{kind}` a map from strings. `!` marks a field that is written even when it
/// is empty, and `=value` the value that an API server gives it then.
struct GoTypes: Sendable {
  enum Kind: Sendable {
    case string
    case bool
    case int
    case quantity
    case intOrString
    case time
    /// JSON of any shape.
    case raw
    case structure(Int)
  }

  enum Arity: Sendable {
    case one
    case pointer
    case list
    case map
  }

  struct Field: Sendable {
    let name: String
    /// The name in quotes and the colon.
    let label: [UInt8]
    let kind: Kind
    let arity: Arity
    let isAlwaysWritten: Bool
    /// What an API server puts where nothing stands.
    let standard: Standard?
  }

  enum Standard: Sendable {
    case value(JSONValue)
    /// `Always` when the image in the named field is the latest, else `IfNotPresent`.
    case pullPolicy(ofImageIn: String)
  }

  struct Structure: Sendable {
    /// In the order in which Go writes them.
    let fields: [Field]
    /// Where a name stands among the fields.
    let positions: [String: Int]

    init(_ fields: [Field]) {
      self.fields = fields
      positions = Dictionary(uniqueKeysWithValues: zip(fields.map(\.name), fields.indices))
    }
  }

  private let structures: [Structure]
  private let indices: [String: Int]

  /// Reads the text; a struct that is named and missing is a programmer's error.
  init(_ text: String) {
    let lines = text.split(separator: "\n").reduce(into: [[Substring]]()) { lines, line in
      let words = line.split(separator: " ")
      if line.first == " ", !lines.isEmpty { lines[lines.count - 1] += words } else { lines.append(words) }
    }
    let names = lines.map { String($0[0]) }
    let indices = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    self.indices = indices
    structures = lines.map { line in Structure(line.dropFirst().map { Self.field($0, indices) }) }
  }

  subscript(_ index: Int) -> Structure { structures[index] }

  func index(of name: String) -> Int {
    guard let index = indices[name] else { preconditionFailure("no struct \(name)") }
    return index
  }

  private static func field(_ word: Substring, _ indices: [String: Int]) -> Field {
    let colon = word.firstIndex(of: ":") ?? word.endIndex
    let name = String(word[..<colon])
    let description = word[colon...].dropFirst().split(
      separator: "=",
      maxSplits: 1,
      omittingEmptySubsequences: false
    )
    var kind = description[0]
    let isAlwaysWritten = kind.hasSuffix("!")
    if isAlwaysWritten { kind = kind.dropLast() }
    let arity: Arity =
      switch kind.first {
      case "*": .pointer
      case "[": .list
      case "{": .map
      default: .one
      }
    let base = String(kind.drop { "*[{".contains($0) }.prefix { !"]}".contains($0) })
    return Field(
      name: name,
      label: Array("\"\(name)\":".utf8),
      kind: self.kind(base, indices),
      arity: arity,
      isAlwaysWritten: isAlwaysWritten,
      standard: description.count > 1 ? standard(description[1]) : nil
    )
  }

  private static func kind(_ name: String, _ indices: [String: Int]) -> Kind {
    switch name {
    case "string": return .string
    case "bool": return .bool
    case "int": return .int
    case "quantity": return .quantity
    case "intOrString": return .intOrString
    case "time": return .time
    case "raw": return .raw
    default:
      guard let index = indices[name] else { preconditionFailure("no struct \(name)") }
      return .structure(index)
    }
  }

  private static func standard(_ text: Substring) -> Standard {
    if text.first == "@" { return .pullPolicy(ofImageIn: String(text.dropFirst())) }
    if let number = Int(text) { return .value(JSONValue(number)) }
    switch text {
    case "{}": return .value(.object([:]))
    case "false": return .value(false)
    default: return .value(.string(String(text)))
    }
  }
}
