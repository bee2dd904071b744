import Primitives

/// The simple JSON paths of printer columns: fields, indexes, `[*]` and `[?(@.field=="value")]`.
struct ColumnPath {
  private enum Step {
    case field(String)
    case index(Int)
    case all
    case filter([String], String, isEqual: Bool)
  }

  private let steps: [Step]

  init(_ text: String) {
    var steps: [Step] = []
    var rest = text[...]
    while let first = rest.first {
      if first == "[" {
        rest.removeFirst()
        let content = Self.take(&rest, until: "]")
        if let step = Self.step(content) { steps.append(step) }
      } else {
        if first == "." { rest.removeFirst() }
        let name = Self.takeName(&rest)
        if !name.isEmpty { steps.append(.field(name)) }
      }
    }
    self.steps = steps
  }

  /// Up to a bracket that is outside of parentheses and quotes.
  private static func take(_ rest: inout Substring, until end: Character) -> String {
    var content = ""
    var depth = 0
    var quote: Character?
    while let character = rest.popFirst() {
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "(" {
        depth += 1
      } else if character == ")" {
        depth -= 1
      } else if character == end, depth == 0 {
        break
      }
      content.append(character)
    }
    return content
  }

  private static func takeName(_ rest: inout Substring) -> String {
    var name = ""
    while let character = rest.first, character != ".", character != "[" {
      rest.removeFirst()
      name.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
    }
    return name
  }

  private static func step(_ content: String) -> Step? {
    if content == "*" { return .all }
    if let index = Int(content) { return .index(index) }
    if content.hasPrefix("'") || content.hasPrefix("\"") {
      return .field(String(content.dropFirst().dropLast()))
    }
    guard content.hasPrefix("?("), content.hasSuffix(")") else { return nil }
    let condition = content.dropFirst(2).dropLast()
    let sign = condition.contains("!=") ? "!=" : "=="
    guard let range = condition.firstRange(of: sign) else { return nil }
    let path = String(condition[..<range.lowerBound]).trimmingBlanks().split(separator: ".").map(String.init)
    let value = String(condition[range.upperBound...]).trimmingBlanks().filter { $0 != "\"" && $0 != "'" }
    return .filter(Array(path.dropFirst()), value, isEqual: sign == "==")
  }

  /// All values that the path reaches.
  func values(in object: JSONValue) -> [JSONValue] {
    steps.reduce([object]) { values, step in values.flatMap { Self.follow(step, $0) } }
  }

  private static func follow(_ step: Step, _ value: JSONValue) -> [JSONValue] {
    switch step {
    case .field(let name): value[name].map { [$0] } ?? []
    case .index(let index):
      value.array.flatMap { value[index < 0 ? $0.count + index : index] }.map { [$0] } ?? []
    case .all: value.array ?? value.object.map { $0.sorted { $0.key < $1.key }.map(\.value) } ?? []
    case .filter(let path, let wanted, let isEqual):
      (value.array ?? []).filter { element in
        let found = element.at(path).map { $0.string ?? $0.text() }
        return (found == wanted) == isEqual
      }
    }
  }
}
