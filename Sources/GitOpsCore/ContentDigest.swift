import Primitives

/// A short digest that tells whether a manifest's meaning changed; no protection against an adversary.
enum ContentDigest {
  /// 64 bits of FNV-1a over the value's canonical text, as 16 hexadecimal digits.
  static func of(_ value: JSONValue) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in value.bytes() { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
