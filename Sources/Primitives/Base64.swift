/// Base64 as RFC 4648 has it: the standard alphabet, with padding.
package enum Base64 {
  /// Decodes the text; nil when a character, the length or the padding is wrong. Line breaks between characters are
  /// skipped, and blanks unless told otherwise, since hand-made kubeconfigs wrap and indent their lines.
  package static func decode(_ text: String, skippingBlanks: Bool = true) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count / 4 * 3)
    var pending: UInt32 = 0
    var count = 0
    var padding = 0
    for byte in text.utf8 where !isLineBreak(byte) && !(skippingBlanks && isBlank(byte)) {
      count += 1
      if byte == UInt8(ascii: "=") {
        padding += 1
        pending <<= 6
      } else {
        guard padding == 0, let value = value(of: byte) else { return nil }
        pending = pending << 6 | UInt32(value)
      }
      if count % 4 == 0 {
        bytes.append(UInt8(pending >> 16 & 0xFF))
        bytes.append(UInt8(pending >> 8 & 0xFF))
        bytes.append(UInt8(pending & 0xFF))
        pending = 0
      }
    }
    guard count % 4 == 0, padding <= 2, padding <= bytes.count else { return nil }
    // Padding is only allowed in the last group: later characters were refused above.
    bytes.removeLast(padding)
    return bytes
  }

  /// The text of the bytes, padded, on one line.
  package static func encode(_ bytes: some Collection<UInt8>) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    var rest = bytes[...]
    while !rest.isEmpty {
      let group = Array(rest.prefix(3))
      rest = rest.dropFirst(3)
      let second = group.count > 1 ? group[1] : 0
      let third = group.count > 2 ? group[2] : 0
      output.append(alphabet[Int(group[0] >> 2)])
      output.append(alphabet[Int((group[0] & 0x03) << 4 | second >> 4)])
      output.append(group.count > 1 ? alphabet[Int((second & 0x0F) << 2 | third >> 6)] : UInt8(ascii: "="))
      output.append(group.count > 2 ? alphabet[Int(third & 0x3F)] : UInt8(ascii: "="))
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  private static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func value(of byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
