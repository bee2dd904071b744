/// One step of a path into a document.
package enum YAMLPathElement: Hashable, Sendable {
  case key(String)
  /// An item of a list, from 0.
  case index(Int)
}

extension YAMLPathElement: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
  package init(stringLiteral value: String) { self = .key(value) }
  package init(integerLiteral value: Int) { self = .index(value) }
}

extension [YAMLPathElement] {
  /// The path as Kubernetes writes it: `spec.containers[0].image`; keys with dots stand in brackets.
  package var pathText: String {
    var text = ""
    for element in self {
      switch element {
      case .index(let index): text += "[\(index)]"
      case .key(let key) where key.contains(".") || key.contains("[") || key.isEmpty: text += "[\(key)]"
      case .key(let key): text += text.isEmpty ? key : ".\(key)"
      }
    }
    return text.isEmpty ? "the document" : text
  }
}
