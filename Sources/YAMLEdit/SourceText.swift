/// The bytes of a YAML text and the way from libyaml's marks, which count code points, to byte offsets.
struct SourceText: Sendable {
  let bytes: [UInt8]
  /// Where the text begins after a byte order mark: 0 or 3.
  let base: Int
  /// The offset of every code point, and of the end; empty when the text is ASCII and both are the same.
  private let offsets: [UInt32]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let base = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    self.base = base
    offsets = bytes.withUnsafeBufferPointer { buffer in
      let text = buffer[base...]
      guard text.contains(where: { $0 >= 0x80 }) else { return [] }
      var offsets: [UInt32] = []
      offsets.reserveCapacity(text.count + 1)
      for index in text.indices where text[index] & 0xC0 != 0x80 { offsets.append(UInt32(index)) }
      offsets.append(UInt32(bytes.count))
      return offsets
    }
  }

  /// The byte offset of a code point, clamped to the text.
  func offset(ofCodePoint index: Int) -> Int {
    offsets.isEmpty ? min(base + index, bytes.count) : Int(offsets[min(index, offsets.count - 1)])
  }

  /// The line and column of a byte offset, found by counting; for errors only.
  func mark(at offset: Int) -> YAMLMark {
    let offset = min(max(offset, base), bytes.count)
    let start = lineStart(of: offset)
    let line = bytes[..<start].count { $0 == UInt8(ascii: "\n") } + 1
    return YAMLMark(line: line, column: column(of: offset) + 1, offset: offset)
  }
}

extension SourceText {
  /// The byte at an offset; nil at the end.
  func byte(at offset: Int) -> UInt8? { bytes.indices.contains(offset) ? bytes[offset] : nil }

  /// Where the line that holds the offset begins.
  func lineStart(of offset: Int) -> Int {
    var start = min(offset, bytes.count)
    while start > base, bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
    return start
  }

  /// Where the line that holds the offset ends, its line break excluded.
  func lineEnd(of offset: Int) -> Int {
    var end = offset
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    if end > offset, end < bytes.count, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return end
  }

  /// Where the next line begins; the end of the text when there is none.
  func nextLine(after offset: Int) -> Int {
    var end = offset
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    return min(end + 1, bytes.count)
  }

  /// Code points between the start of the line and the offset.
  func column(of offset: Int) -> Int {
    bytes[lineStart(of: offset)..<offset].count { $0 & 0xC0 != 0x80 }
  }

  /// The first offset from here on that holds neither blank nor tab.
  func skipBlanks(from offset: Int) -> Int {
    var offset = offset
    while let byte = byte(at: offset), byte == 0x20 || byte == 0x09 { offset += 1 }
    return offset
  }

  /// The first offset from here on that holds neither blank, line break nor comment.
  func skipTrivia(from offset: Int) -> Int {
    var offset = offset
    while let byte = byte(at: offset) {
      switch byte {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      case UInt8(ascii: "#"): offset = nextLine(after: offset)
      default: return offset
      }
    }
    return offset
  }

  /// Whether nothing but blanks stands between the start of the line and the offset.
  func startsLine(_ offset: Int) -> Bool {
    bytes[lineStart(of: offset)..<offset].allSatisfy { $0 == 0x20 || $0 == 0x09 }
  }

  /// Whether nothing but blanks and a comment stand between the offset and the end of its line.
  func endsLine(_ offset: Int) -> Bool {
    let next = skipBlanks(from: offset)
    guard next < lineEnd(of: offset) else { return true }
    return next > offset && bytes[next] == UInt8(ascii: "#")
  }

  /// The line break of the text near the offset: that of its line, else the one before, else a line feed.
  func lineBreak(near offset: Int) -> String {
    var end = offset
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
    if end == bytes.count {
      end = lineStart(of: offset) - 1
    }
    guard end > 0, end < bytes.count else { return "\n" }
    return bytes[end - 1] == UInt8(ascii: "\r") ? "\r\n" : "\n"
  }
}
