/// Collects the status line and header fields of an answer from the lines that libcurl hands over; a later status
/// line (after a `100` or a followed redirect) starts anew, trailers are left out.
struct ResponseHead {
  /// What a line led to.
  enum Progress {
    case more, complete, tooLong
  }

  /// The most bytes that all lines of an answer may have together.
  static let limit = 256 << 10

  private(set) var status = 0
  private(set) var version = HTTPVersion.http1
  private(set) var headers = HTTPHeaders()
  private var isComplete = false
  private var size = 0

  mutating func receive(_ line: UnsafeRawBufferPointer) -> Progress {
    size += line.count
    guard size <= Self.limit else { return .tooLong }
    if line.starts(with: "HTTP/".utf8) {
      start(line)
      return .more
    }
    guard !isComplete else { return .more }
    let text = Self.trimmed(line[...])
    if text.isEmpty {
      isComplete = true
      return .complete
    }
    if line[0] == 0x20 || line[0] == 0x09 {
      headers.extendLast(String(decoding: text, as: UTF8.self))
    } else if let colon = text.firstIndex(of: UInt8(ascii: ":")) {
      let name = Self.trimmed(text[..<colon])
      let value = Self.trimmed(text[text.index(after: colon)...])
      headers.add(String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
    }
    return .more
  }

  private mutating func start(_ line: UnsafeRawBufferPointer) {
    let words = line.split(separator: 0x20, maxSplits: 2)
    status = words.count > 1 ? Int(String(decoding: Self.trimmed(words[1]), as: UTF8.self)) ?? 0 : 0
    version = line.starts(with: "HTTP/2".utf8) ? .http2 : .http1
    headers = HTTPHeaders()
    isComplete = false
  }

  func response(body: [UInt8]) -> HTTPResponse {
    HTTPResponse(status: status, headers: headers, body: body, version: version)
  }

  private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
    var bytes = bytes
    while let byte = bytes.first, isBlank(byte) { bytes.removeFirst() }
    while let byte = bytes.last, isBlank(byte) { bytes.removeLast() }
    return bytes
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
  }
}
