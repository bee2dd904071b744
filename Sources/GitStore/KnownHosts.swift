/// The lines of an ssh `known_hosts` file, and the question whether a server showed one of its keys.
///
/// Plain and hashed names, `[host]:port`, `*`, `?`, `!` and `@revoked` are understood; lines of a certificate authority
/// are skipped, because libssh2 knows no host certificates.
struct KnownHosts {
  /// What the file says about a key.
  enum Verdict: Equatable {
    case trusted
    case revoked
    /// The host is listed with other keys of this type: the key changed, or somebody is in between.
    case changed
    /// The host is listed, but with keys of these other types only.
    case otherTypes([String])
    case unknown
  }

  private struct Line {
    let names: String
    let type: String
    let key: [UInt8]
    let isRevoked: Bool
  }

  private let lines: [Line]

  init(_ text: String) {
    lines = text.split(whereSeparator: \.isNewline).compactMap { Self.line($0) }
  }

  /// Judges the raw key blob that a server showed.
  func judge(host: String, port: UInt16?, key: [UInt8]) -> Verdict {
    let matching = lines.filter { Self.matches($0.names, host: host.lowercased(), port: port ?? 22) }
    if matching.contains(where: { $0.key == key && $0.isRevoked }) { return .revoked }
    let valid = matching.filter { !$0.isRevoked }
    if valid.contains(where: { $0.key == key }) { return .trusted }
    guard !valid.isEmpty else { return .unknown }
    let type = Self.type(ofKey: key)
    return valid.contains { $0.type == type } ? .changed : .otherTypes(valid.map(\.type))
  }

  /// The type that a raw key blob names in its first field; empty when it is malformed.
  static func type(ofKey key: [UInt8]) -> String {
    guard key.count >= 4 else { return "" }
    let length = key[..<4].reduce(0) { $0 << 8 | Int($1) }
    guard length <= 64, key.count >= 4 + length else { return "" }
    return String(decoding: key[4..<4 + length], as: UTF8.self)
  }

  private static func line(_ text: Substring) -> Line? {
    var fields = text.split { $0 == " " || $0 == "\t" }
    guard let first = fields.first, !first.hasPrefix("#") else { return nil }
    let marker = first.hasPrefix("@") ? String(fields.removeFirst()) : nil
    guard marker == nil || marker == "@revoked", fields.count >= 3, let key = Base64.decode(fields[2]) else {
      return nil
    }
    return Line(names: String(fields[0]), type: String(fields[1]), key: key, isRevoked: marker != nil)
  }

  private static func matches(_ names: String, host: String, port: UInt16) -> Bool {
    let candidates = port == 22 ? [host, "[\(host)]:22"] : ["[\(host)]:\(port)"]
    if names.hasPrefix("|1|") {
      let parts = names.split(separator: "|")
      guard parts.count == 3, let salt = Base64.decode(parts[1]), let hash = Base64.decode(parts[2]) else {
        return false
      }
      return candidates.contains { SHA1.authenticate(Array($0.utf8), key: salt) == hash }
    }
    var found = false
    for name in names.split(separator: ",") {
      let negated = name.hasPrefix("!")
      let pattern = Array((negated ? name.dropFirst() : name).lowercased().utf8)
      guard candidates.contains(where: { glob(pattern[...], Array($0.utf8)[...]) }) else { continue }
      if negated { return false }
      found = true
    }
    return found
  }

  private static func glob(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == UInt8(ascii: "*") {
      return glob(pattern.dropFirst(), text) || (!text.isEmpty && glob(pattern, text.dropFirst()))
    }
    guard let next = text.first, first == UInt8(ascii: "?") || first == next else { return false }
    return glob(pattern.dropFirst(), text.dropFirst())
  }
}

/// Base64 with the standard alphabet.
enum Base64 {
  /// The bytes, or nil when the text is not base64.
  static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var output: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var padded = false
    for byte in text.utf8 {
      if byte == UInt8(ascii: "=") {
        padded = true
        continue
      }
      guard !padded, let value = value(of: byte) else { return nil }
      bits = bits << 6 | UInt32(value)
      count += 6
      if count >= 8 {
        count -= 8
        output.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
      }
    }
    return output
  }

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
