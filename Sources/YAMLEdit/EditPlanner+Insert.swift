import Primitives

extension EditPlanner {
  /// Adds a key or an item to the mapping or sequence in the slot.
  func insert(
    _ value: JSONValue,
    at element: YAMLPathElement,
    into slot: Slot
  ) throws(YAMLEditError) -> [Proposal] {
    let node = slot.node
    if node.entries?.isEmpty ?? node.items?.isEmpty ?? false {
      return try insertFirst(value, at: element, into: slot)
    }
    switch (element, node.content) {
    case (.key(let key), .mapping(let entries, let isFlow)):
      let quotes = neighbourQuotes(entries)
      guard isFlow else { return [try appendField(key, value, quotes: quotes, after: entries)] }
      let text = FlowWriter.field(key, value, quotes: quotes)
      return [try insertFlow(text, at: entries.count, into: node)]
    case (.index(let index), .sequence(let items, let isFlow)):
      if isFlow { return [try insertFlow(FlowWriter.text(value), at: index, into: node)] }
      return [try insertItem(value, at: index, among: items, of: node)]
    default:
      throw refusal(.pathNotFound, "the place is of another kind", at: node.start)
    }
  }

  /// New keys are quoted as the key before them is.
  private func neighbourQuotes(_ entries: [YAMLEntry]) -> YAMLScalarStyle {
    let style = entries.last?.key.scalarStyle ?? .plain
    return style.isBlock ? .plain : style
  }

  private func insertFirst(
    _ value: JSONValue,
    at element: YAMLPathElement,
    into slot: Slot
  ) throws(YAMLEditError) -> [Proposal] {
    let text: String
    let whole: JSONValue
    switch element {
    case .key(let key):
      text = FlowWriter.field(key, value)
      whole = .object([key: value])
    case .index:
      text = FlowWriter.text(value)
      whole = .array([value])
    }
    guard slot.inFlow || value.isInline else { return try set(slot, to: whole) }
    let inside = slot.node.bodyStart + 1..<max(slot.node.bodyStart + 1, slot.node.end - 1)
    let isBlank = source.bytes[inside].allSatisfy { $0 <= 0x20 }
    return [[Splice(isBlank ? inside : inside.lowerBound..<inside.lowerBound, text)]]
  }

  private func appendField(
    _ key: String,
    _ value: JSONValue,
    quotes: YAMLScalarStyle,
    after entries: [YAMLEntry]
  ) throws(YAMLEditError) -> Proposal {
    guard let first = entries.first, let last = entries.last else { return [] }
    let column = source.column(of: source.keyStart(of: first))
    let text = writer.field(key, value, column: column, quotes: quotes)
    return [try newLines(text, column: column, after: max(last.end, colonEnd(of: last) ?? 0))]
  }

  private func insertItem(
    _ value: JSONValue,
    at index: Int,
    among items: [YAMLNode],
    of sequence: YAMLNode
  ) throws(YAMLEditError) -> Proposal {
    let first = try dash(of: 0, in: sequence)
    let column = source.column(of: first)
    let text = writer.item(value, column: column)
    guard index > 0 else { return [Splice(at: first, text + newLine(near: first, column: column))] }
    return [try newLines(text, column: column, after: items[index - 1].end)]
  }

  /// New lines below the line that ends with the node before them and its comment.
  private func newLines(_ text: String, column: Int, after end: Int) throws(YAMLEditError) -> Splice {
    guard source.endsLine(end) else {
      throw refusal(.unsupported, "the neighbour is followed by something on its line", at: end)
    }
    return Splice(at: source.lineEnd(of: end), newLine(near: end, column: column) + text)
  }

  // MARK: - Braces and brackets

  private func insertFlow(
    _ text: String,
    at index: Int,
    into node: YAMLNode
  ) throws(YAMLEditError) -> Proposal {
    let children = try flowChildren(of: node)
    guard index > 0 else {
      let first = children[0].lowerBound
      guard source.startsLine(first) else { return [Splice(at: first, text + ", ")] }
      return [Splice(at: first, text + "," + newLine(near: first, column: source.column(of: first)))]
    }
    let previous = children[index - 1]
    let comma = self.comma(after: previous.upperBound)
    let lineOfPrevious = comma.map { $0 + 1 } ?? previous.upperBound
    guard source.startsLine(previous.lowerBound), source.endsLine(lineOfPrevious) else {
      return [Splice(at: previous.upperBound, ", " + text)]
    }
    let line = newLine(near: previous.lowerBound, column: source.column(of: previous.lowerBound)) + text
    guard comma == nil else { return [Splice(at: source.lineEnd(of: lineOfPrevious), line + ",")] }
    let end = source.lineEnd(of: previous.upperBound)
    guard end > previous.upperBound else { return [Splice(at: end, "," + line)] }
    return [Splice(at: previous.upperBound, ","), Splice(at: end, line)]
  }

  /// The spans of the pairs or items in braces or brackets.
  func flowChildren(of node: YAMLNode) throws(YAMLEditError) -> [Range<Int>] {
    if let items = node.items { return items.map { $0.bytes } }
    guard source.byte(at: node.bodyStart) == UInt8(ascii: "{") else {
      throw refusal(.unsupported, "a pair in a list has no braces of its own", at: node.start)
    }
    return (node.entries ?? []).map { entry in
      source.keyStart(of: entry)..<max(entry.end, colonEnd(of: entry) ?? 0)
    }
  }

  /// The comma that follows a pair or an item.
  func comma(after end: Int) -> Int? {
    let offset = source.skipTrivia(from: end)
    return source.byte(at: offset) == UInt8(ascii: ",") ? offset : nil
  }
}
