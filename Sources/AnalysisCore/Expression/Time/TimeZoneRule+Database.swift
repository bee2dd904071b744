extension TimeZoneRule {
  /// Reads a file of the tz database (RFC 9636); nil when it is none.
  package init?(name: String, file: [UInt8]) {
    var reader = ZoneFileReader(file)
    guard let header = reader.header() else { return nil }
    // From version 2 on a second part with 64-bit times follows the old one, and a rule for the time after.
    guard header.version >= 2 else {
      guard let (first, transitions) = reader.body(header, width: 4) else { return nil }
      self.init(name: name, first: first, transitions: transitions)
      return
    }
    guard reader.skip(header.size(width: 4)), let second = reader.header(),
      let (first, transitions) = reader.body(second, width: 8)
    else { return nil }
    self.init(name: name, first: first, transitions: transitions, rule: DaylightRule(reader.footer()))
  }
}

/// Reads the parts of a file of the tz database in their order.
private struct ZoneFileReader {
  struct Header {
    var version: Int
    var isUTCount: Int
    var isStandardCount: Int
    var leapCount: Int
    var timeCount: Int
    var typeCount: Int
    var nameCount: Int

    func size(width: Int) -> Int {
      timeCount * (width + 1) + typeCount * 6 + nameCount + leapCount * (width + 4) + isStandardCount
        + isUTCount
    }
  }

  private let bytes: [UInt8]
  private var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func skip(_ count: Int) -> Bool {
    guard count >= 0, count <= bytes.count - offset else { return false }
    offset += count
    return true
  }

  /// A number of so many bytes, the highest first.
  private mutating func number(_ width: Int) -> Int? {
    let start = offset
    guard skip(width) else { return nil }
    let pattern = bytes[start..<offset].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return width == 4 ? Int(Int32(truncatingIfNeeded: pattern)) : Int(Int64(bitPattern: pattern))
  }

  mutating func header() -> Header? {
    let start = offset
    guard skip(20), bytes[start..<start + 4].elementsEqual("TZif".utf8) else { return nil }
    var counts: [Int] = []
    for _ in 0..<6 {
      guard let count = number(4), (0...100_000).contains(count) else { return nil }
      counts.append(count)
    }
    let version = bytes[start + 4] == 0 ? 1 : Int(bytes[start + 4]) - Int(UInt8(ascii: "0"))
    return Header(
      version: version,
      isUTCount: counts[0],
      isStandardCount: counts[1],
      leapCount: counts[2],
      timeCount: counts[3],
      typeCount: counts[4],
      nameCount: counts[5]
    )
  }

  mutating func body(_ header: Header, width: Int) -> (TimeZoneRule.Period, [TimeZoneRule.Transition])? {
    guard header.size(width: width) <= bytes.count - offset, header.typeCount > 0 else { return nil }
    let times = (0..<header.timeCount).map { _ in number(width) ?? 0 }
    let indexes = bytes[offset..<offset + header.timeCount].map(Int.init)
    offset += header.timeCount
    var types: [(offset: Int, name: Int)] = []
    for _ in 0..<header.typeCount {
      types.append((number(4) ?? 0, Int(bytes[offset + 1])))
      offset += 2
    }
    let names = Array(bytes[offset..<offset + header.nameCount])
    offset += header.nameCount + header.leapCount * (width + 4) + header.isStandardCount + header.isUTCount
    let periods = types.map { type in
      let name = names.dropFirst(type.name).prefix { $0 != 0 }
      return TimeZoneRule.Period(offset: type.offset, abbreviation: String(decoding: name, as: UTF8.self))
    }
    guard indexes.allSatisfy(periods.indices.contains) else { return nil }
    let transitions = zip(times, indexes).map { TimeZoneRule.Transition(start: $0, period: periods[$1]) }
    return (periods[0], transitions)
  }

  /// The rule between two line feeds at the end.
  func footer() -> String {
    String(decoding: bytes[min(offset + 1, bytes.count)...].prefix { $0 != 0x0A }, as: UTF8.self)
  }
}
