import Primitives

/// The schemas of the built-in kinds, read from a short notation.
///
/// A line declares a type: its name, a colon, then fields with their types. `*` before the name makes it an object of
/// its own (apiVersion, kind and metadata come with it), `~` makes its value belong to one writer. A field's type is
/// `s` (string), `i` (integer), `n` (number), `b` (Boolean), `is` (integer or string), `any`, the name of another
/// type, `{T}` (map) or `[T]` (list). `[T]name` is a list told apart by `name` (several keys: `port+protocol`; the
/// first is the merge key of strategic patches), `[T]set` a set. `!` marks a required field.
final class SchemaLibrary: Sendable {
  static let shared = SchemaLibrary(SchemaText.all)

  private let types: [String: Schema]

  init(_ texts: [String]) {
    var lines: [String: Substring] = [:]
    for line in texts.flatMap({ $0.split(separator: "\n") }) {
      guard let colon = line.firstIndex(of: ":") else { continue }
      lines[String(line[..<colon].drop { "*~".contains($0) })] = line
    }
    var builder = SchemaBuilder(lines: lines)
    for name in lines.keys { _ = builder.type(name) }
    types = builder.done
  }

  /// The schema of a type by its name; a name that the notation lacks means that nothing is known.
  func type(_ name: String) -> Schema { types[name] ?? .any }

  /// The schema of a kind; nil when the notation lacks it.
  func kind(_ name: String) -> Schema? { types[name] }

  /// All declared types, for OpenAPI.
  var names: [String] { types.keys.sorted() }
}

/// Builds schemas from their lines; types refer to each other without cycles.
private struct SchemaBuilder {
  let lines: [String: Substring]
  var done: [String: Schema] = [:]

  init(lines: [String: Substring]) { self.lines = lines }

  mutating func type(_ name: String) -> Schema {
    if let schema = done[name] { return schema }
    guard let line = lines[name], let colon = line.firstIndex(of: ":") else { return .any }
    var fields: [String: Schema] = [:]
    var rules = Schema.Rules()
    rules.title = name
    rules.isAtomic = line.hasPrefix("~")
    if line.hasPrefix("*") {
      fields = ["apiVersion": Schema(.string), "kind": Schema(.string), "metadata": type("ObjectMeta")]
      rules.isEmbeddedResource = true
    }
    for declaration in line[line.index(after: colon)...].split(separator: ",") {
      let words = declaration.split(separator: " ")
      guard words.count == 2 else { continue }
      let isRequired = words[1].hasSuffix("!")
      fields[String(words[0])] = schema(isRequired ? words[1].dropLast() : words[1])
      if isRequired { rules.required.append(String(words[0])) }
    }
    let schema = Schema(.object(fields, preservesUnknown: false), rules)
    done[name] = schema
    return schema
  }

  private mutating func schema(_ text: Substring) -> Schema {
    switch text {
    case "s": return Schema(.string)
    case "i": return Schema(.integer)
    case "n": return Schema(.number)
    case "b": return Schema(.boolean)
    case "is": return Schema(.intOrString)
    case "any": return .any
    default: break
    }
    if text.hasPrefix("{") { return Schema(.map(schema(text.dropFirst().dropLast()))) }
    guard text.hasPrefix("["), let end = text.lastIndex(of: "]") else { return type(String(text)) }
    let element = schema(text[text.index(after: text.startIndex)..<end])
    let keys = text[text.index(after: end)...]
    switch keys {
    case "": return Schema(.list(element, .atomic))
    case "set": return Schema(.list(element, .set))
    default: return Schema(.list(element, .map(keys.split(separator: "+").map(String.init))))
    }
  }
}
