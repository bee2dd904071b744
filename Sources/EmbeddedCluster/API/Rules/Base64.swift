/// Base64 (RFC 4648) without Foundation.
enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The text of the bytes; `padded` ends it with equals signs to a multiple of four.
  static func encode(_ bytes: [UInt8], padded: Bool = true) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word = 0
      for offset in 0..<3 { word = word << 8 | Int(start + offset < bytes.count ? bytes[start + offset] : 0) }
      for digit in 0...group.count { text.append(letters[word >> (18 - 6 * digit) & 63]) }
      if padded { text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - group.count)) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes of a text, with or without padding; nil when it has a foreign letter.
  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var word = 0
    var bits = 0
    for letter in text.utf8 where letter != UInt8(ascii: "=") {
      guard let digit = letters.firstIndex(of: letter) else { return nil }
      word = word << 6 | digit
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(word >> bits & 255))
      }
    }
    return bytes
  }
}
