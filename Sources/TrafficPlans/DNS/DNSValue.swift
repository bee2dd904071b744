/// The values of records in the one form in which they can be compared.
enum DNSValue {
  /// The types of records that a router can split, in capital letters.
  static let types = ["A", "AAAA", "CNAME"]

  /// The value in its one form; nil when records of that type cannot have it.
  static func normal(_ value: String, type: String) -> String? {
    switch type {
    case "A": normalIPv4(value)
    case "AAAA": normalIPv6(value)
    case "CNAME": normalName(value)
    default: nil
    }
  }

  /// A host name in lower-case letters with the dot at its end.
  static func normalName(_ name: String) -> String? {
    let labels = (name.hasSuffix(".") ? String(name.dropLast()) : name)
      .split(separator: ".", omittingEmptySubsequences: false)
    let isName = labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.utf8.allSatisfy(isHostByte)
    }
    guard isName, name.utf8.count <= 254 else { return nil }
    return labels.joined(separator: ".").lowercased() + "."
  }

  /// Whether the name is the zone's own or stands below it; both in their one form.
  static func isName(_ name: String, in zone: String) -> Bool { name == zone || name.hasSuffix(".\(zone)") }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func normalIPv4(_ text: String) -> String? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { part in
      part.count > 1 && part.hasPrefix("0") || !part.allSatisfy(\.isNumber) ? nil : UInt8(part)
    }
    guard parts.count == 4, bytes.count == 4 else { return nil }
    return text
  }

  /// Eight groups without leading zeros and the longest run of zeros left out, which is how PowerDNS answers.
  private static func normalIPv6(_ text: String) -> String? {
    guard let groups = groups(text) else { return nil }
    var best = 0..<0
    var start = 0
    while start < 8 {
      let run = groups[start...].prefix { $0 == 0 }
      if run.count > max(1, best.count) { best = start..<(start + run.count) }
      start += max(1, run.count)
    }
    let words = groups.map { String($0, radix: 16) }
    guard !best.isEmpty else { return words.joined(separator: ":") }
    return words[..<best.lowerBound].joined(separator: ":") + "::"
      + words[best.upperBound...].joined(separator: ":")
  }

  private static func groups(_ text: String) -> [UInt16]? {
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    guard (1...2).contains(halves.count) else { return nil }
    var read: [[UInt16]] = []
    for half in halves {
      let parts = half.isEmpty ? [] : half.split(separator: ":", omittingEmptySubsequences: false)
      let groups = parts.compactMap { $0.count <= 4 && !$0.hasPrefix("+") ? UInt16($0, radix: 16) : nil }
      guard groups.count == parts.count else { return nil }
      read.append(groups)
    }
    let missing = 8 - read.reduce(0) { $0 + $1.count }
    guard halves.count == 2 else { return missing == 0 ? read[0] : nil }
    return missing < 1 ? nil : read[0] + [UInt16](repeating: 0, count: missing) + read[1]
  }
}
