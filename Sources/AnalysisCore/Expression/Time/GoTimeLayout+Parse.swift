import Primitives

extension GoTimeLayout {
  /// Why a text is no date of a layout.
  struct Mismatch: Error, CustomStringConvertible {
    let description: String
  }

  /// The moment that a text means in a layout; one without an offset is told in the zone.
  static func parse(
    _ text: String,
    _ layout: String,
    in zone: TimeZoneRule = .utc
  ) throws(Mismatch) -> ExpressionDate {
    var reader = TimeReader(text)
    let elements = elements(of: layout)
    for (index, element) in elements.enumerated() {
      let next = index + 1 < elements.count ? elements[index + 1] : nil
      guard reader.take(element, before: next) else {
        throw Mismatch(
          description: "parsing time \"\(text.prefix(60))\" as \"\(layout.prefix(60))\": cannot parse "
            + "\"\(reader.rest.prefix(60))\""
        )
      }
    }
    guard reader.isAtEnd else {
      throw Mismatch(
        description: "parsing time \"\(text.prefix(60))\": extra text: \"\(reader.rest.prefix(60))\""
      )
    }
    guard let date = reader.date(in: zone) else {
      throw Mismatch(description: "parsing time \"\(text.prefix(60))\": out of range")
    }
    return date
  }
}

/// Reads a date by the places of a layout.
private struct TimeReader {
  private let bytes: [UInt8]
  private var index = 0
  private var wall = CivilTime()
  private var day: Int?
  private var month: Int?
  private var dayOfYear: Int?
  /// Whether the hour is of the second half of the day; nil when the text does not say.
  private var isAfternoon: Bool?
  private var offset: Int?
  private var zoneName: String?

  init(_ text: String) {
    bytes = Array(text.utf8)
    wall.year = 0
  }

  var isAtEnd: Bool { index == bytes.count }
  var rest: String { String(decoding: bytes[index...], as: UTF8.self) }

  mutating func take(_ element: GoTimeLayout.Element, before next: GoTimeLayout.Element?) -> Bool {
    switch element {
    case .text(let text): return take(text)
    case .year: return set(\.year, number(4...4), in: 0...9999)
    case .shortYear:
      guard let number = number(2...2) else { return false }
      wall.year = number >= 69 ? number + 1900 : number + 2000
    case .monthName, .shortMonthName:
      guard let place = name(CivilTime.monthNames, isShort: element == .shortMonthName) else { return false }
      month = place + 1
    case .month(let width):
      month = number(width...2)
      return month.map((1...12).contains) ?? false
    case .weekdayName, .shortWeekdayName:
      return name(CivilTime.weekdayNames, isShort: element == .shortWeekdayName) != nil
    case .day(let width, let isBlankPadded):
      if isBlankPadded { _ = take([0x20]) }
      day = number((isBlankPadded ? 1 : width)...2)
      return day != nil
    case .dayOfYear(let isBlankPadded):
      let blanks = isBlankPadded ? min(2, bytes[index...].prefix { $0 == 0x20 }.count) : 0
      index += blanks
      dayOfYear = number((3 - blanks)...(3 - blanks))
      return dayOfYear != nil
    case .hour: return set(\.hour, number(1...2), in: 0...23)
    case .shortHour(let width): return set(\.hour, number(width...2), in: 0...12)
    case .minute(let width): return set(\.minute, number(width...2), in: 0...59)
    case .second(let width):
      guard set(\.second, number(width...2), in: 0...59) else { return false }
      if case .fraction = next { return true }
      return fractionBesideLayout()
    case .fraction(_, let digits, let isTrimmed):
      if isTrimmed { return fractionBesideLayout() }
      return fraction(digits: digits)
    case .dayHalf(let isUpper):
      if take(Array((isUpper ? "PM" : "pm").utf8)) { isAfternoon = true; return true }
      isAfternoon = false
      return take(Array((isUpper ? "AM" : "am").utf8))
    case .zoneName: return takeZoneName()
    case .offset(let hasZ, let hasColons, let parts):
      if hasZ, take([UInt8(ascii: "Z")]) { offset = 0; return true }
      return takeOffset(hasColons: hasColons, parts: parts)
    }
    return true
  }

  private mutating func take(_ text: [UInt8]) -> Bool {
    guard bytes[index...].starts(with: text) else { return false }
    index += text.count
    return true
  }

  private mutating func set(
    _ field: WritableKeyPath<CivilTime, Int>,
    _ number: Int?,
    in range: ClosedRange<Int>
  ) -> Bool {
    guard let number, range.contains(number) else { return false }
    wall[keyPath: field] = number
    return true
  }

  private mutating func number(_ width: ClosedRange<Int>) -> Int? {
    let digits = bytes[index...].prefix(width.upperBound).prefix { $0.isDigit }
    guard digits.count >= width.lowerBound else { return nil }
    index += digits.count
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  private mutating func name(_ names: [String], isShort: Bool) -> Int? {
    for (place, name) in names.enumerated() {
      let word = Array(name.lowercased().utf8.prefix(isShort ? 3 : 99))
      let found = bytes[index...].prefix(word.count).map { $0 | 0x20 }
      guard found == word else { continue }
      index += word.count
      return place
    }
    return nil
  }

  private mutating func fraction(digits: Int) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ",") else {
      return false
    }
    let found = bytes[(index + 1)...].prefix { $0.isDigit }
    guard found.count >= digits, digits > 0 else { return false }
    let used = found.prefix(digits)
    index += digits + 1
    wall.nanosecond = (0..<9).reduce(0) { sum, place in
      sum * 10 + (place < used.count ? Int(used[used.startIndex + place] - UInt8(ascii: "0")) : 0)
    }
    return true
  }

  /// A fraction of a second may stand where the layout has none.
  private mutating func fractionBesideLayout() -> Bool {
    guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ","),
      bytes[index + 1].isDigit
    else { return true }
    return fraction(digits: bytes[(index + 1)...].prefix { $0.isDigit }.count)
  }

  private mutating func takeZoneName() -> Bool {
    let letters = bytes[index...].prefix { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    guard (3...5).contains(letters.count) else { return false }
    index += letters.count
    zoneName = String(decoding: letters, as: UTF8.self)
    guard zoneName == "GMT", index < bytes.count,
      bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-")
    else { return true }
    // `GMT+3` says how far it is.
    let start = index
    let sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
    index += 1
    guard let hours = number(1...2), hours <= 23 else { return false }
    offset = sign * hours * 3600
    zoneName = "GMT" + String(decoding: bytes[start..<index], as: UTF8.self)
    return true
  }

  private mutating func takeOffset(hasColons: Bool, parts: Int) -> Bool {
    let sign = take([UInt8(ascii: "+")]) ? 1 : take([UInt8(ascii: "-")]) ? -1 : 0
    guard sign != 0 else { return false }
    var numbers: [Int] = []
    for part in 0..<parts {
      if hasColons, part > 0, !take([UInt8(ascii: ":")]) { return false }
      guard let number = number(2...2) else { return false }
      numbers.append(number)
    }
    numbers += [0, 0]
    guard numbers[0] <= 24, numbers[1] < 60, numbers[2] < 60 else { return false }
    offset = sign * (numbers[0] * 3600 + numbers[1] * 60 + numbers[2])
    return true
  }

  /// The moment that was read; nil when there is no such day.
  func date(in zone: TimeZoneRule) -> ExpressionDate? {
    var wall = wall
    (wall.month, wall.day) = (month ?? 1, day ?? 1)
    if let dayOfYear {
      let isLeap = CivilCalendar.days(in: 2, of: wall.year) == 29
      guard (1...(isLeap ? 366 : 365)).contains(dayOfYear) else { return nil }
      (wall.month, wall.day) = (1, dayOfYear)
      let found = CivilTime(secondsSinceEpoch: wall.secondsSinceEpoch, nanosecond: 0)
      guard month == nil || month == found.month, day == nil || day == found.day else { return nil }
      (wall.month, wall.day) = (found.month, found.day)
    }
    guard (1...CivilCalendar.days(in: wall.month, of: wall.year)).contains(wall.day) else { return nil }
    if isAfternoon == true, wall.hour < 12 { wall.hour += 12 }
    if isAfternoon == false, wall.hour == 12 { wall.hour = 0 }
    if let offset {
      let seconds = wall.secondsSinceEpoch - offset
      // An offset that the zone has at that time is told in the zone, as Go does.
      let own = zone.period(at: seconds)
      let isOwn = own.offset == offset && (zoneName == nil || zoneName == own.abbreviation)
      let place = isOwn ? zone : TimeZoneRule.fixed(offset, name: zoneName ?? "")
      return ExpressionDate(seconds: seconds, nanoseconds: wall.nanosecond, zone: place)
    }
    let seconds = zone.seconds(of: wall)
    if let zoneName, zoneName != "UTC", zone.period(at: seconds).abbreviation != zoneName {
      // A name alone does not say how far it is from UTC.
      let fabricated = TimeZoneRule.fixed(0, name: zoneName)
      return ExpressionDate(seconds: wall.secondsSinceEpoch, nanoseconds: wall.nanosecond, zone: fabricated)
    }
    let place = zoneName == "UTC" ? TimeZoneRule.utc : zone
    return ExpressionDate(seconds: place.seconds(of: wall), nanoseconds: wall.nanosecond, zone: place)
  }
}
