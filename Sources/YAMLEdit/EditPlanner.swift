import Primitives

/// Finds the splices that make one change to one document.
///
/// It proposes; the editor proves. Several proposals come in order of preference: each keeps the way in which the value
/// is written now as far as it can.
struct EditPlanner {
  typealias Proposal = [Splice]

  let source: SourceText
  let document: YAMLDocument
  let change: YAMLChange
  private(set) var layout: YAMLLayout
  private let anchors: AnchorUses

  init(source: SourceText, document: YAMLDocument, change: YAMLChange) {
    self.source = source
    self.document = document
    self.change = change
    anchors = AnchorUses(document.root)
    layout = YAMLLayout(around: change.path, in: document.root, of: source)
  }

  var writer: BlockWriter { BlockWriter(layout: layout) }

  /// The ways to make the change, best first; the last ones write no literal blocks, which would swallow comments that
  /// are indented deeply behind them.
  func proposals() throws(YAMLEditError) -> [Proposal] {
    var plain = self
    plain.layout.hasLiterals = false
    let proposals = try laidOut()
    return proposals + (try plain.laidOut()).filter { !proposals.contains($0) }
  }

  private func laidOut() throws(YAMLEditError) -> [Proposal] {
    switch change {
    case .set(let path, let value):
      let slot = try slot(at: path)
      try checkReplaceable(slot.node, span: slot.node.bytes)
      if case .alias(let name) = slot.node.content {
        throw refusal(.alias, "the value is the alias *\(name)", at: slot.node.start)
      }
      return try set(slot, to: value)
    case .remove(let path):
      guard let last = path.last else { return [] }
      return try remove(last, from: try container(at: path.dropLast()))
    case .insert(let path, let value):
      guard let last = path.last else { return [] }
      return try insert(value, at: last, into: try container(at: path.dropLast()))
    }
  }

  func refusal(_ reason: YAMLEditError.Reason, _ why: String, at mark: YAMLMark) -> YAMLEditError {
    YAMLEditError(reason, "cannot \(change.verb) \(change.path.pathText): \(why)", line: mark.line)
  }

  func refusal(_ reason: YAMLEditError.Reason, _ why: String, at offset: Int) -> YAMLEditError {
    refusal(reason, why, at: source.mark(at: offset))
  }

  /// Refuses when an anchor within the span is used outside it.
  func checkReplaceable(_ node: YAMLNode, span: Range<Int>) throws(YAMLEditError) {
    guard let alias = anchors.alias(outside: span) else { return }
    throw refusal(.anchor, "line \(alias.line) uses an anchor in it", at: node.start)
  }

  /// A mapping or sequence whose content may change.
  private func container(at path: some Collection<YAMLPathElement>) throws(YAMLEditError) -> Slot {
    let slot = try slot(at: path)
    try checkOpen(slot.node)
    return slot
  }

  /// Follows the path through what is written in the document itself.
  private func slot(at path: some Collection<YAMLPathElement>) throws(YAMLEditError) -> Slot {
    var slot = Slot(node: document.root, place: .root, inFlow: false)
    for element in path {
      let node = slot.node
      try checkOpen(node)
      let inFlow = slot.inFlow || node.isFlow
      switch element {
      case .key(let name):
        guard let entry = node.entries?.last(where: { $0.name == name }) else {
          throw notWritten(name, in: node)
        }
        slot = Slot(node: entry.value, place: .field(entry), inFlow: inFlow)
      case .index(let index):
        guard let items = node.items, items.indices.contains(index) else {
          throw refusal(.pathNotFound, "there is no [\(index)]", at: node.start)
        }
        slot = Slot(node: items[index], place: .item(index, of: node), inFlow: inFlow)
      }
    }
    return slot
  }

  /// Refuses to reach into a node that is an alias, is used elsewhere, or has a key twice.
  private func checkOpen(_ node: YAMLNode) throws(YAMLEditError) {
    if case .alias(let name) = node.content {
      throw refusal(.alias, "the path reaches through the alias *\(name)", at: node.start)
    }
    if let alias = anchors.alias(of: node) {
      throw refusal(.anchor, "line \(alias.line) uses the anchor &\(node.anchor ?? "") too", at: node.start)
    }
    guard let entries = node.entries else { return }
    var names = Set<String>(minimumCapacity: entries.count)
    for entry in entries {
      guard let name = entry.name, !names.insert(name).inserted else { continue }
      throw refusal(.duplicateKey, "the mapping has `\(name.onOneLine)` twice", at: entry.key.start)
    }
  }

  /// The key has a value, yet none is written: it comes from a merge key.
  func notWritten(_ name: String, in node: YAMLNode) -> YAMLEditError {
    guard let merge = node.entries?.first(where: \.isMerge) else {
      return refusal(.pathNotFound, "there is no `\(name.onOneLine)`", at: node.start)
    }
    return refusal(.mergeKey, "`\(name.onOneLine)` comes from a merge key", at: merge.key.start)
  }
}

extension EditPlanner {
  func padding(_ column: Int) -> String { String(repeating: " ", count: column) }

  /// A line break as the text has it near the offset, and the indentation.
  func newLine(near offset: Int, column: Int) -> String {
    source.lineBreak(near: offset) + padding(column)
  }

  /// Where a field's colon ends; nil when it has none.
  func colonEnd(of entry: YAMLEntry) -> Int? {
    let offset = source.skipTrivia(from: entry.key.end)
    return source.byte(at: offset) == UInt8(ascii: ":") ? offset + 1 : nil
  }

  /// Where the dash of an item stands in a block sequence.
  func dash(of index: Int, in sequence: YAMLNode) throws(YAMLEditError) -> Int {
    let items = sequence.items ?? []
    let offset = source.skipTrivia(from: index == 0 ? sequence.bodyStart : items[index - 1].end)
    guard source.byte(at: offset) == UInt8(ascii: "-") else {
      throw refusal(.unsupported, "the item's dash was not found", at: offset)
    }
    return offset
  }

  /// The whole lines that a span takes up, its trailing comment included. Without a line break at its end the one
  /// before it goes instead, so that the text keeps lacking one.
  func lines(_ span: Range<Int>) -> Range<Int> {
    let start = source.lineStart(of: span.lowerBound)
    let end = source.nextLine(after: span.upperBound)
    guard end == source.bytes.count, source.bytes.last != UInt8(ascii: "\n"), start > source.base else {
      return start..<end
    }
    return source.lineEnd(of: source.lineStart(of: start - 1))..<end
  }
}

extension SourceText {
  /// Where a field begins: at its key, or at the `?` before an explicit key.
  func keyStart(of entry: YAMLEntry) -> Int {
    var start = entry.key.start.offset
    while start > base, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
    return start > base && bytes[start - 1] == UInt8(ascii: "?") ? start - 1 : entry.key.start.offset
  }
}
