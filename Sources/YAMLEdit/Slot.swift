/// A value in a document and what holds it.
struct Slot {
  enum Place {
    case root
    case field(YAMLEntry)
    case item(Int, of: YAMLNode)
  }

  let node: YAMLNode
  let place: Place
  /// Whether it stands in braces or brackets, however far out.
  let inFlow: Bool
}

/// Which anchors of a document are used where.
struct AnchorUses {
  /// Offsets of the anchored node and of the alias.
  private var uses: [(anchor: Int, alias: YAMLMark)] = []
  private var definitions: [String: Int] = [:]

  init(_ root: YAMLNode) { visit(root) }

  private mutating func visit(_ node: YAMLNode) {
    if let anchor = node.anchor { definitions[anchor] = node.start.offset }
    switch node.content {
    case .scalar: break
    case .alias(let name):
      if let anchor = definitions[name] { uses.append((anchor, node.start)) }
    case .sequence(let items, _): items.forEach { visit($0) }
    case .mapping(let entries, _):
      for entry in entries {
        visit(entry.key)
        visit(entry.value)
      }
    }
  }

  /// An alias of the node itself.
  func alias(of node: YAMLNode) -> YAMLMark? {
    node.anchor == nil ? nil : uses.first { $0.anchor == node.start.offset }?.alias
  }

  /// An alias outside the span of an anchor inside it.
  func alias(outside span: Range<Int>) -> YAMLMark? {
    uses.first { span.contains($0.anchor) && !span.contains($0.alias.offset) }?.alias
  }
}
