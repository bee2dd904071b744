import YAMLEdit

/// Paths as issues write them, `spec.strategy.canary.steps[1].setWeight`, taken apart.
enum FieldPath {
  /// The keys and indexes of a path. A name in brackets is a key with dots in it; text that is no path is one key.
  static func elements(_ path: String) -> [YAMLPathElement] {
    var elements: [YAMLPathElement] = []
    var rest = path[...]
    while let first = rest.first {
      if first == "[", let end = rest.firstIndex(of: "]") {
        let inside = rest[rest.index(after: rest.startIndex)..<end]
        elements.append(index(inside).map(YAMLPathElement.index) ?? .key(String(inside)))
        rest = rest[rest.index(after: end)...]
      } else if first == "." {
        rest = rest.dropFirst()
      } else {
        let key = rest.prefix(1) + rest.dropFirst().prefix { $0 != "." && $0 != "[" }
        elements.append(.key(String(key)))
        rest = rest.dropFirst(key.count)
      }
    }
    return elements
  }

  private static func index(_ text: Substring) -> Int? {
    text.allSatisfy({ $0.isASCII && $0.isNumber }) ? Int(text) : nil
  }
}
