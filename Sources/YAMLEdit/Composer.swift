import Primitives

/// Builds node trees from parser events.
struct Composer: ~Copyable {
  /// Deeper nesting is refused: no manifest needs it, and every walk over a tree may recurse.
  static let depthLimit = 200

  private let source: SourceText
  private let reader: EventReader
  /// Where the text of the node composed last ends.
  private var lastEnd: Int

  init(_ source: SourceText, reader: consuming EventReader) {
    self.source = source
    self.reader = reader
    lastEnd = source.base
  }

  /// All documents' roots, empty documents included.
  mutating func roots() throws(YAMLError) -> [YAMLNode] {
    var roots: [YAMLNode] = []
    while true {
      let event = try reader.next()
      switch event.kind {
      case .streamEnd: return roots
      case .streamStart, .documentEnd: continue
      case .documentStart:
        lastEnd = event.end
        roots.append(try node(try reader.next(), depth: 0))
      default: throw YAMLError(message: "content outside a document", at: event.start)
      }
    }
  }

  private mutating func node(_ event: ParserEvent, depth: Int) throws(YAMLError) -> YAMLNode {
    guard depth <= Self.depthLimit else {
      throw YAMLError(message: "nested deeper than \(Self.depthLimit)", at: event.start)
    }
    switch event.kind {
    case .alias(let name): return finish(event, .alias(name), end: event.end)
    case .scalar(let text, let style): return scalar(event, text, style)
    case .sequenceStart(let isFlow): return try sequence(event, isFlow: isFlow, depth: depth)
    case .mappingStart(let isFlow): return try mapping(event, isFlow: isFlow, depth: depth)
    default: throw YAMLError(message: "expected a value", at: event.start)
    }
  }

  private mutating func finish(_ event: ParserEvent, _ content: YAMLNode.Content, end: Int) -> YAMLNode {
    let hasProperties = event.tag != nil || event.anchor != nil
    let bodyStart =
      hasProperties ? min(source.skipProperties(from: event.start.offset), end) : event.start.offset
    lastEnd = max(lastEnd, end)
    return YAMLNode(
      content: content,
      tag: event.tag,
      anchor: event.anchor,
      start: event.start,
      bodyStart: bodyStart,
      end: end
    )
  }

  private mutating func scalar(_ event: ParserEvent, _ text: String, _ style: YAMLScalarStyle) -> YAMLNode {
    let content = YAMLNode.Content.scalar(text, style)
    let start = event.start.offset
    if start == event.end, event.tag == nil, event.anchor == nil, !source.followsIndicator(start),
      lastEnd < start
    {
      // libyaml puts a value that is not written where the next token begins; it belongs to its key.
      return finish(event.moved(to: source.mark(at: lastEnd)), content, end: lastEnd)
    }
    guard style.isBlock else { return finish(event, content, end: event.end) }
    return finish(event, content, end: source.endOfBlockScalar(start..<event.end))
  }

  private mutating func sequence(
    _ event: ParserEvent,
    isFlow: Bool,
    depth: Int
  ) throws(YAMLError) -> YAMLNode {
    var items: [YAMLNode] = []
    while true {
      let next = try reader.next()
      if case .sequenceEnd = next.kind {
        let end = isFlow ? next.end : items.last?.end ?? event.end
        return finish(event, .sequence(items, isFlow: isFlow), end: end)
      }
      items.append(try node(next, depth: depth + 1))
    }
  }

  private mutating func mapping(
    _ event: ParserEvent,
    isFlow: Bool,
    depth: Int
  ) throws(YAMLError) -> YAMLNode {
    var entries: [YAMLEntry] = []
    while true {
      let next = try reader.next()
      if case .mappingEnd = next.kind {
        // A single pair in a flow sequence, `[a: 1]`, has no braces and ends with its value.
        let isPair = isFlow && source.byte(at: next.end - 1) != UInt8(ascii: "}")
        let end = isFlow && !isPair ? next.end : entries.last?.end ?? event.end
        return finish(event, .mapping(entries, isFlow: isFlow), end: end)
      }
      let key = try node(next, depth: depth + 1)
      let name = try Self.name(of: key)
      let value = try node(try reader.next(), depth: depth + 1)
      entries.append(YAMLEntry(key: key, value: value, name: name))
    }
  }

  /// The key as JSON has it, nil for a merge key; an alias, a collection or null as a key is refused.
  private static func name(of key: YAMLNode) throws(YAMLError) -> String? {
    guard case .scalar(let text, let style) = key.content else {
      // `{{args.x}}` without quotes is a mapping whose key is a mapping.
      let isFlow = if case .mapping(_, isFlow: true) = key.content { true } else { false }
      let hint = isFlow ? "; {{placeholders}} need quotes" : ""
      throw YAMLError(message: "a mapping, list or alias as a key\(hint)", at: key.start)
    }
    if text == "<<", style == .plain && key.tag == nil || key.tag == Schema.mergeTag { return nil }
    let value = try Schema.value(text, style: style, tag: key.tag, at: key.start)
    switch value {
    case .string(let name): return name
    case .null: throw YAMLError(message: "null as a key", at: key.start)
    default: return value.text()
    }
  }
}

extension ParserEvent {
  fileprivate func moved(to mark: YAMLMark) -> ParserEvent {
    ParserEvent(kind: kind, tag: tag, anchor: anchor, start: mark, end: mark.offset)
  }
}

extension SourceText {
  /// Where a node's text begins after its tag and anchor.
  fileprivate func skipProperties(from start: Int) -> Int {
    var offset = start
    while let byte = byte(at: offset), byte == UInt8(ascii: "&") || byte == UInt8(ascii: "!") {
      let isVerbatim = byte == UInt8(ascii: "!") && self.byte(at: offset + 1) == UInt8(ascii: "<")
      while let next = self.byte(at: offset), next > 0x20, isVerbatim || !Self.flowIndicators.contains(next) {
        offset += 1
      }
      let next = skipTrivia(from: offset)
      guard next > offset else { break }
      offset = next
    }
    return offset
  }

  private static var flowIndicators: [UInt8] { Array(",[]{}".utf8) }

  /// Whether the offset comes right after a `:`, `-` or `?`.
  fileprivate func followsIndicator(_ offset: Int) -> Bool {
    guard offset > base else { return false }
    return [UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "?")].contains(bytes[offset - 1])
  }

  /// The end of a block scalar without its last line break, and without the blank lines after it unless its header
  /// keeps them.
  fileprivate func endOfBlockScalar(_ span: Range<Int>) -> Int {
    let text = min(skipProperties(from: span.lowerBound), span.upperBound)
    let header = text..<min(lineEnd(of: text), span.upperBound)
    var end = span.upperBound
    if bytes[header].prefix(while: { $0 > 0x20 }).contains(UInt8(ascii: "+")) {
      if end > header.upperBound, bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
      if end > header.upperBound, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      return end
    }
    while end > header.upperBound, bytes[end - 1] <= 0x20 { end -= 1 }
    return min(lineEnd(of: end), span.upperBound)
  }
}
