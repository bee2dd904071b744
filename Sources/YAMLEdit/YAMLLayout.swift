/// How a text lays out its blocks.
struct YAMLLayout: Sendable, Hashable {
  /// Columns from a key to the keys of its value.
  var indent = 2
  /// Columns from a key to the dashes of its value.
  var dashIndent = 0
  var lineBreak = "\n"
  /// Whether strings of several lines may stand as literal blocks; without, they stand in double quotes.
  var hasLiterals = true
}

extension YAMLLayout {
  /// The layout of the nearest blocks: those on the path, deepest first, then those inside them, then the document's.
  init(around path: [YAMLPathElement], in root: YAMLNode, of source: SourceText) {
    var detector = Detector(source: source)
    var nodes = [root]
    walk: for element in path {
      guard let node = nodes.last else { break }
      switch element {
      case .key(let name):
        guard let entry = node.entries?.last(where: { $0.name == name }) else { break walk }
        detector.see(entry, isNearer: true)
        nodes.append(entry.value)
      case .index(let index):
        guard let items = node.items, items.indices.contains(index) else { break walk }
        nodes.append(items[index])
      }
    }
    for node in nodes.reversed() { detector.visit(node) }
    self.init(
      indent: detector.indent ?? 2,
      dashIndent: max(0, detector.dashIndent ?? 2),
      lineBreak: source.lineBreak(near: root.bodyStart)
    )
  }

  private struct Detector {
    let source: SourceText
    var indent: Int?
    var dashIndent: Int?

    mutating func see(_ entry: YAMLEntry, isNearer: Bool = false) {
      guard entry.value.isBlockCollection, source.startsLine(entry.value.bodyStart) else { return }
      let distance = source.column(of: entry.value.bodyStart) - source.column(of: source.keyStart(of: entry))
      if entry.value.items != nil {
        if isNearer || dashIndent == nil { dashIndent = distance }
      } else if distance > 0 {
        if isNearer || indent == nil { indent = distance }
      }
    }

    mutating func visit(_ node: YAMLNode) {
      if indent != nil && dashIndent != nil { return }
      switch node.content {
      case .mapping(let entries, isFlow: false):
        for entry in entries {
          see(entry)
          visit(entry.value)
        }
      case .sequence(let items, isFlow: false):
        for item in items { visit(item) }
      default: break
      }
    }
  }
}
