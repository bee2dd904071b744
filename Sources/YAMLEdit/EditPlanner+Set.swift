import Primitives

extension EditPlanner {
  /// Replaces the value in the slot.
  func set(_ slot: Slot, to value: JSONValue) throws(YAMLEditError) -> [Proposal] {
    let node = slot.node
    let isInline = value.isInline
    if slot.inFlow {
      return try replaceInline(slot, with: FlowWriter.text(value, quotes: node.scalarStyle ?? .plain))
    }
    if node.scalarStyle?.isBlock == true { return try replaceBlockScalar(slot, with: value) }
    if node.isBlockCollection { return isInline ? foldUp(slot, to: value) : rewrite(slot, to: value) }
    let isEmptyFlow = node.entries?.isEmpty ?? node.items?.isEmpty ?? false
    if node.isFlow, isInline || !isEmptyFlow { return try replaceInline(slot, with: FlowWriter.text(value)) }
    guard isInline else { return try unfold(slot, to: value) }
    let inline = try replaceInline(slot, with: ScalarText.inline(value, quotes: node.scalarStyle ?? .plain))
    // A string of several lines in place of a plain one becomes a literal block.
    guard node.scalarStyle == .plain, let text = value.string, text.utf8.contains(UInt8(ascii: "\n")),
      let block = BlockScalarText(text)
    else { return inline }
    let column = contentColumn(of: slot)
    let end = source.lineEnd(of: node.end)
    let lines = block.indented(to: column, lineBreak: source.lineBreak(near: node.end))
    return try replaceInline(slot, with: block.header).map { $0 + [Splice(at: end, lines)] } + inline
  }

  /// Replaces a value on its line by text without line breaks, with the tag kept if possible.
  private func replaceInline(_ slot: Slot, with text: String) throws(YAMLEditError) -> [Proposal] {
    let node = slot.node
    guard node.bytes.isEmpty else {
      let gap = node.body.isEmpty ? " " : ""
      let kept = [Splice(node.body, gap + text)]
      guard node.tag != nil else { return [kept] }
      return [kept, [Splice(node.bytes, (node.anchor.map { "&\($0) " } ?? "") + text)]]
    }
    switch slot.place {
    case .root: return [[Splice(at: node.bodyStart, text)]]
    case .item(let index, let sequence):
      return [[Splice(at: try dash(of: index, in: sequence) + 1, " " + text)]]
    case .field(let entry):
      guard let colon = colonEnd(of: entry) else { return [[Splice(at: entry.key.end, ": " + text)]] }
      return [[Splice(at: colon, " " + text)]]
    }
  }

  /// The column for lines that belong to the slot's value.
  func contentColumn(of slot: Slot) -> Int {
    switch slot.place {
    case .root: layout.indent
    case .field(let entry): source.column(of: source.keyStart(of: entry)) + layout.indent
    case .item: source.column(of: slot.node.start.offset)
    }
  }

  // MARK: - Block scalars

  private struct BlockScalarSpans {
    /// `|` or `>` with its indicators.
    let header: Range<Int>
    /// From the end of the header's line to the end of the text.
    let content: Range<Int>
  }

  private func spans(ofBlockScalar node: YAMLNode) -> BlockScalarSpans {
    var end = node.bodyStart
    while let byte = source.byte(at: end), byte > 0x20 { end += 1 }
    let line = source.lineEnd(of: end)
    return BlockScalarSpans(header: node.bodyStart..<end, content: line..<max(line, node.end))
  }

  private func replaceBlockScalar(_ slot: Slot, with value: JSONValue) throws(YAMLEditError) -> [Proposal] {
    let spans = spans(ofBlockScalar: slot.node)
    guard value.isInline else {
      let column = try columnForCollection(value, in: slot)
      let text = writer.collection(value, column: column)
      guard case .field(let entry) = slot.place, let colon = colonEnd(of: entry) else {
        return [[Splice(slot.node.bytes, text)]]
      }
      let lines = newLine(near: colon, column: column) + text
      return [[Splice(colon..<spans.header.upperBound, ""), Splice(spans.content, lines)]]
    }
    var proposals: [Proposal] = []
    if let text = value.string {
      let first = source.bytes[spans.content].split(separator: UInt8(ascii: "\n"))
        .first { $0.contains { $0 > 0x20 } }
      let column = first.map { $0.prefix { $0 == 0x20 }.count } ?? contentColumn(of: slot)
      let lineBreak = source.lineBreak(near: spans.header.lowerBound)
      for folded in slot.node.scalarStyle == .folded ? [true, false] : [false] {
        guard let block = BlockScalarText(text, folded: folded) else { continue }
        proposals.append([
          Splice(spans.header, block.header),
          Splice(spans.content, block.indented(to: column, lineBreak: lineBreak)),
        ])
      }
    }
    let text = ScalarText.inline(value)
    proposals.append([Splice(spans.header, text), Splice(spans.content, "")])
    if slot.node.hasProperties {
      proposals.append([
        Splice(slot.node.start.offset..<spans.header.upperBound, text), Splice(spans.content, ""),
      ])
    }
    return proposals
  }

  // MARK: - Collections in lines

  /// Replaces a collection in lines by a value on the line of its key or dash.
  private func foldUp(_ slot: Slot, to value: JSONValue) -> [Proposal] {
    let node = slot.node
    let text = ScalarText.inline(value)
    guard case .field(let entry) = slot.place, let colon = colonEnd(of: entry),
      source.startsLine(node.bodyStart), source.endsLine(node.end)
    else { return [[Splice(node.body, text)]] }
    let removed = Splice(lines(node.body), "")
    guard node.hasProperties else { return [[Splice(at: colon, " " + text), removed]] }
    var end = node.bodyStart
    while end > colon, source.bytes[end - 1] <= 0x20 { end -= 1 }
    return [
      [Splice(at: min(end, removed.range.lowerBound), " " + text), removed],
      [Splice(colon..<min(end, removed.range.lowerBound), " " + text), removed],
    ]
  }

  /// Replaces a collection in lines by another.
  private func rewrite(_ slot: Slot, to value: JSONValue) -> [Proposal] {
    let node = slot.node
    var column = source.column(of: node.bodyStart)
    if case .field(let entry) = slot.place, value.object != nil {
      let key = source.column(of: source.keyStart(of: entry))
      if column <= key { column = key + layout.indent }
    }
    let end = source.endsLine(node.end) ? source.lineEnd(of: node.end) : node.end
    let text = writer.collection(value, column: column)
    guard source.startsLine(node.bodyStart) else { return [[Splice(node.bodyStart..<end, text)]] }
    return [[Splice(source.lineStart(of: node.bodyStart)..<end, padding(column) + text)]]
  }

  /// Replaces a value on one line by a collection in lines.
  private func unfold(_ slot: Slot, to value: JSONValue) throws(YAMLEditError) -> [Proposal] {
    let node = slot.node
    let column = try columnForCollection(value, in: slot)
    let text = writer.collection(value, column: column)
    switch slot.place {
    case .root: return [[Splice(node.body, text)]]
    case .item(let index, let sequence):
      guard node.bytes.isEmpty else { return [[Splice(node.body, text)]] }
      return [[Splice(at: try dash(of: index, in: sequence) + 1, " " + text)]]
    case .field(let entry):
      guard let colon = colonEnd(of: entry), source.endsLine(node.end) else {
        throw refusal(.unsupported, "the value is followed by something on its line", at: node.end)
      }
      var start = node.bodyStart
      while start > colon, source.bytes[start - 1] == 0x20 || source.bytes[start - 1] == 0x09 { start -= 1 }
      let lines = Splice(at: source.lineEnd(of: node.end), newLine(near: node.end, column: column) + text)
      let kept = [Splice(start..<max(start, node.end), ""), lines]
      return node.hasProperties ? [kept, [Splice(colon..<max(colon, node.end), ""), lines]] : [kept]
    }
  }

  /// Where the first line of a new collection begins.
  private func columnForCollection(_ value: JSONValue, in slot: Slot) throws(YAMLEditError) -> Int {
    switch slot.place {
    case .root: return 0
    case .field(let entry):
      let key = source.column(of: source.keyStart(of: entry))
      return key + (value.array == nil ? layout.indent : layout.dashIndent)
    case .item(let index, let sequence):
      return slot.node.bytes.isEmpty
        ? source.column(of: try dash(of: index, in: sequence)) + 2 : source.column(of: slot.node.bodyStart)
    }
  }
}

extension JSONValue {
  /// Whether the value is written on one line in block style: a scalar or an empty collection.
  var isInline: Bool {
    switch self {
    case .array(let elements): elements.isEmpty
    case .object(let fields): fields.isEmpty
    case .null, .bool, .int, .double, .string: true
    }
  }
}
