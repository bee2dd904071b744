import CYAML

/// An event of libyaml with byte spans, free of C types.
struct ParserEvent {
  enum Kind {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(String, YAMLScalarStyle)
    case sequenceStart(isFlow: Bool)
    case sequenceEnd
    case mappingStart(isFlow: Bool)
    case mappingEnd
  }

  let kind: Kind
  var tag: String?
  var anchor: String?
  let start: YAMLMark
  let end: Int
}

/// Owns one libyaml parser for the length of one parse.
///
/// The parser keeps its own address, so it lives on the heap; the input must outlive this value, which the only
/// caller guarantees by creating it inside `withUnsafeBufferPointer`.
struct EventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let source: SourceText

  /// Starts a parse of `input`, which is the text of `source` without its byte order mark.
  init(_ input: UnsafeBufferPointer<UInt8>, of source: SourceText) throws(YAMLError) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw YAMLError(message: "out of memory", at: source.mark(at: 0))
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    self.parser = parser
    self.source = source
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next event; after the end of the stream the caller must not ask again.
  borrowing func next() throws(YAMLError) -> ParserEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    var result = ParserEvent(
      kind: try kind(of: event),
      start: mark(event.start_mark),
      end: source.offset(ofCodePoint: event.end_mark.index)
    )
    switch event.type {
    case YAML_SCALAR_EVENT:
      result.tag = Self.string(event.data.scalar.tag)
      result.anchor = Self.string(event.data.scalar.anchor)
    case YAML_SEQUENCE_START_EVENT:
      result.tag = Self.string(event.data.sequence_start.tag)
      result.anchor = Self.string(event.data.sequence_start.anchor)
    case YAML_MAPPING_START_EVENT:
      result.tag = Self.string(event.data.mapping_start.tag)
      result.anchor = Self.string(event.data.mapping_start.anchor)
    default: break
    }
    return result
  }

  private func kind(of event: yaml_event_t) throws(YAMLError) -> ParserEvent.Kind {
    switch event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    case YAML_ALIAS_EVENT: return .alias(Self.string(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      return .sequenceStart(isFlow: event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE)
    case YAML_MAPPING_START_EVENT:
      return .mappingStart(isFlow: event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return .scalar(String(decoding: text, as: UTF8.self), Self.style(scalar.style))
    default: throw YAMLError(message: "an unknown parser event", at: mark(event.start_mark))
    }
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLScalarStyle {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .plain
    }
  }

  private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(decodingCString: $0, as: UTF8.self) }
  }

  private func mark(_ mark: yaml_mark_t) -> YAMLMark {
    YAMLMark(
      line: mark.line + 1,
      column: mark.column + 1,
      offset: source.offset(ofCodePoint: mark.index)
    )
  }

  private func failure() -> YAMLError {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "out of memory"
    guard state.error != YAML_READER_ERROR else {
      return YAMLError(message: problem, at: source.mark(at: source.base + state.problem_offset))
    }
    var message = problem
    if let context = state.context {
      message += " " + String(cString: context)
      if state.context_mark.line != state.problem_mark.line {
        message += " from line \(state.context_mark.line + 1)"
      }
    }
    return YAMLError(message: message, at: mark(state.problem_mark))
  }
}
