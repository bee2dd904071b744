/// Cuts what a program says into lines, of which each and all together are bounded.
struct LineCutter {
  /// The longest line, in bytes; what goes beyond is left out.
  static let longest = 1024
  /// How many lines of one run are told.
  static let most = 200

  private var line: [UInt8] = []
  private var isCut = false
  private var count = 0
  /// The last line that was not blank.
  private(set) var last = ""

  /// The lines that end in these bytes.
  mutating func cut(_ bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        if let line = end() { lines.append(line) }
      } else if line.count < Self.longest {
        line.append(byte)
      } else {
        isCut = true
      }
    }
    return lines
  }

  /// What was said after the last end of a line.
  mutating func rest() -> String? { end() }

  /// Nil for a blank line, and for one too many.
  private mutating func end() -> String? {
    let text = String(decoding: line.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    let isBlank = line.allSatisfy { $0 <= 0x20 }
    defer {
      line = []
      isCut = false
    }
    guard !isBlank else { return nil }
    last = isCut ? text + "…" : text
    count += 1
    if count == Self.most { return "\(last) (what follows is not told)" }
    return count < Self.most ? last : nil
  }
}
