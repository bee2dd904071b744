/// One step of a path into a document.
package enum YAMLPathElement: Hashable, Sendable {
  case key(String)
  /// An item of a list, from 0.
  case index(Int)
}

extension YAMLPathElement: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  /// A key of a mapping.
  package init(stringLiteral value: String) { self = .key(value) }
  /// An item of a list.
  package init(integerLiteral value: Int) { self = .index(value) }
}

extension [YAMLPathElement] {
  /// The path as Kubernetes writes it: `spec.containers[0].image`; keys with dots stand in brackets.
  package var pathText: String {
    var text = ""
    for element in self {
      switch element {
      case .index(let index): text += "[\(index)]"
      case .key(let key) where key.isEmpty || key.contains { ".[] ".contains($0) }:
        text += "[\(key.onOneLine)]"
      case .key(let key): text += (text.isEmpty ? "" : ".") + key.onOneLine
      }
    }
    return text.isEmpty ? "the document" : text
  }
}

extension String {
  /// The text for a message: at most 80 characters, and those that would break the line escaped.
  var onOneLine: String {
    let short = count > 80 ? prefix(77) + "..." : self[...]
    let text = String(short)
    return ScalarText.isOneReadableLine(text)
      ? text : String(ScalarText.doubleQuoted(text).dropFirst().dropLast())
  }
}
