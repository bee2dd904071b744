/// How a scalar is written.
package enum YAMLScalarStyle: Sendable, Hashable {
  case plain
  case singleQuoted
  case doubleQuoted
  case literal
  case folded

  /// Whether the text stands in indented lines under a `|` or `>` header.
  var isBlock: Bool { self == .literal || self == .folded }
}

/// One node of a document as it is written: nothing is resolved, every span is in bytes of the whole text.
package struct YAMLNode: Sendable {
  /// What the node holds.
  package indirect enum Content: Sendable {
    case scalar(String, YAMLScalarStyle)
    case mapping([YAMLEntry], isFlow: Bool)
    case sequence([YAMLNode], isFlow: Bool)
    case alias(String)
  }

  /// What is written here.
  package let content: Content
  /// The resolved tag, `tag:yaml.org,2002:str` for `!!str`; nil when none is written.
  package let tag: String?
  /// The anchor's name without `&`; nil when none is written.
  package let anchor: String?
  /// Where the node begins, its tag and anchor included.
  package let start: YAMLMark
  /// Where the node's text begins after its tag and anchor, in bytes.
  package let bodyStart: Int
  /// Where the node's text ends, in bytes: a block collection ends with its last scalar, a block scalar before its
  /// last line break; comments belong to nobody.
  package let end: Int

  /// The span in bytes with tag and anchor.
  package var bytes: Range<Int> { start.offset..<max(start.offset, end) }

  /// The span in bytes without tag and anchor.
  var body: Range<Int> { bodyStart..<max(bodyStart, end) }

  var hasProperties: Bool { tag != nil || anchor != nil }

  /// Whether it is a mapping or sequence in braces or brackets.
  var isFlow: Bool {
    switch content {
    case .mapping(_, let isFlow), .sequence(_, let isFlow): isFlow
    case .scalar, .alias: false
    }
  }

  /// Whether it is a mapping or sequence that stands in indented lines.
  var isBlockCollection: Bool {
    switch content {
    case .mapping(_, let isFlow), .sequence(_, let isFlow): !isFlow
    case .scalar, .alias: false
    }
  }

  var scalarStyle: YAMLScalarStyle? {
    guard case .scalar(_, let style) = content else { return nil }
    return style
  }

  var entries: [YAMLEntry]? {
    guard case .mapping(let entries, _) = content else { return nil }
    return entries
  }

  var items: [YAMLNode]? {
    guard case .sequence(let items, _) = content else { return nil }
    return items
  }
}

/// One key of a mapping and its value.
package struct YAMLEntry: Sendable {
  /// The key as it is written; a scalar.
  package let key: YAMLNode
  /// The value as it is written; an empty scalar when there is none.
  package let value: YAMLNode
  /// The key as JSON has it; nil for a merge key.
  package let name: String?

  /// Whether this is a merge key, `<<`.
  package var isMerge: Bool { name == nil }

  /// Where the entry ends in bytes, value included.
  var end: Int { max(key.end, value.end) }
}
