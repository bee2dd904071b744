/// An element of an XML document as the query APIs of AWS answer with: elements and text. Attributes, comments and
/// declarations are passed over.
struct XMLElement: Sendable, Hashable {
  let name: String
  /// The text in it, without that of its children.
  private(set) var text = ""
  private(set) var children: [XMLElement] = []

  private init(name: String) { self.name = name }

  /// The root of a document; nil when the text is none, or nests deeper than any answer does.
  init?(parsing document: [UInt8]) {
    var open = [XMLElement(name: "")]
    var rest = Substring(decoding: document, as: UTF8.self)
    while !rest.isEmpty {
      let text = rest.prefix { $0 != "<" }
      open[open.count - 1].text += Self.unescaped(text)
      rest = rest[text.endIndex...]
      guard !rest.isEmpty else { break }
      if let ignored = Self.ignored(rest) {
        rest = rest[ignored...]
        continue
      }
      guard let end = rest.firstIndex(of: ">") else { return nil }
      let tag = rest[..<end].dropFirst()
      rest = rest[end...].dropFirst()
      guard Self.read(tag, &open), open.count < 64 else { return nil }
    }
    guard open.count == 1, open[0].children.count == 1, let root = open[0].children.first else { return nil }
    self = root
  }

  /// Opens or closes an element; false for what closes nothing.
  private static func read(_ tag: Substring, _ open: inout [XMLElement]) -> Bool {
    if tag.hasPrefix("/") {
      let name = tag.dropFirst().prefix { !$0.isWhitespace }
      guard open.count > 1, let element = open.popLast(), element.name == name else { return false }
      open[open.count - 1].children.append(element)
      return true
    }
    let name = tag.prefix { !$0.isWhitespace && $0 != "/" }
    guard !name.isEmpty else { return false }
    let element = XMLElement(name: String(name))
    if tag.hasSuffix("/") { open[open.count - 1].children.append(element) } else { open.append(element) }
    return true
  }

  /// The end of a declaration or a comment that the text begins with.
  private static func ignored(_ text: Substring) -> Substring.Index? {
    for (mark, end) in [("<!--", "-->"), ("<?", "?>")] where text.hasPrefix(mark) {
      return text.firstRange(of: end)?.upperBound ?? text.endIndex
    }
    return nil
  }

  private static func unescaped(_ text: Substring) -> String {
    guard text.contains("&") else { return String(text) }
    return [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
      .reduce(String(text)) { $0.replacing($1.0, with: $1.1) }
  }

  subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// The text of a child, without what stands around it.
  func text(_ name: String) -> String? {
    guard let text = self[name]?.text else { return nil }
    let start = text.drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return nil }
    return String(start[...last])
  }

  /// The `member` elements of a child, as lists are written.
  func members(_ name: String) -> [XMLElement] {
    self[name]?.children.filter { $0.name == "member" } ?? []
  }
}
