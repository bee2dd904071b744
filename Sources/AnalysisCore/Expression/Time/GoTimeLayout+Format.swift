import Primitives

extension GoTimeLayout {
  /// The moment as the layout writes it.
  static func format(_ date: ExpressionDate, _ layout: String) -> String {
    let wall = date.wall
    var output: [UInt8] = []
    for element in elements(of: layout) { write(element, wall, date.period, into: &output) }
    return String(decoding: output, as: UTF8.self)
  }

  private static func write(
    _ element: Element,
    _ wall: CivilTime,
    _ period: TimeZoneRule.Period,
    into output: inout [UInt8]
  ) {
    func add(_ text: String) { output.append(contentsOf: text.utf8) }
    switch element {
    case .text(let bytes): output += bytes
    case .year: add(padded(wall.year, 4))
    case .shortYear: add(padded(wall.year - wall.year.dividedDown(by: 100) * 100, 2))
    case .monthName: add(CivilTime.monthNames[wall.month - 1])
    case .shortMonthName: add(String(CivilTime.monthNames[wall.month - 1].prefix(3)))
    case .month(let width): add(padded(wall.month, width))
    case .weekdayName: add(CivilTime.weekdayNames[wall.weekday])
    case .shortWeekdayName: add(String(CivilTime.weekdayNames[wall.weekday].prefix(3)))
    case .day(let width, let isBlankPadded): add(padded(wall.day, width, isBlankPadded ? " " : "0"))
    case .dayOfYear(let isBlankPadded): add(padded(wall.dayOfYear, 3, isBlankPadded ? " " : "0"))
    case .hour: add(padded(wall.hour, 2))
    case .shortHour(let width): add(padded((wall.hour + 11) % 12 + 1, width))
    case .minute(let width): add(padded(wall.minute, width))
    case .second(let width): add(padded(wall.second, width))
    case .fraction(let separator, let digits, let isTrimmed):
      var text = Array(
        (padded(wall.nanosecond, 9) + String(repeating: "0", count: digits)).utf8.prefix(digits)
      )
      if isTrimmed { while text.last == UInt8(ascii: "0") { text.removeLast() } }
      if !text.isEmpty { output += [separator] + text }
    case .dayHalf(let isUpper): add(wall.hour >= 12 ? (isUpper ? "PM" : "pm") : isUpper ? "AM" : "am")
    case .zoneName:
      guard period.abbreviation.isEmpty else { return add(period.abbreviation) }
      add(offset(period.offset, hasColons: false, parts: period.offset % 3600 == 0 ? 1 : 2))
    case .offset(let hasZ, let hasColons, let parts):
      add(hasZ && period.offset == 0 ? "Z" : offset(period.offset, hasColons: hasColons, parts: parts))
    }
  }

  private static func offset(_ seconds: Int, hasColons: Bool, parts: Int) -> String {
    let size = abs(seconds)
    let numbers = [size / 3600, size / 60 % 60, size % 60].prefix(parts).map { padded($0, 2) }
    return (seconds < 0 ? "-" : "+") + numbers.joined(separator: hasColons ? ":" : "")
  }

  private static func padded(_ number: Int, _ width: Int, _ filler: String = "0") -> String {
    let digits = String(number.magnitude)
    let filling = String(repeating: filler, count: max(0, width - digits.count))
    return (number < 0 ? "-" : "") + filling + digits
  }
}
