import Primitives

/// When summer time begins and ends each year, in the notation of POSIX: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct DaylightRule: Sendable {
  /// The n-th weekday of a month, and the second of that day.
  private struct Day: Sendable {
    var month: Int
    /// 5 is the last.
    var week: Int
    var weekday: Int
    var second: Int

    /// Seconds since 1970 on a wall without a zone.
    func seconds(in year: Int) -> Int {
      var time = CivilTime()
      (time.year, time.month) = (year, month)
      let first = 1 + (weekday - time.weekday + 7) % 7
      time.day = first + (week - 1) * 7
      if time.day > CivilCalendar.days(in: month, of: year) { time.day -= 7 }
      return time.secondsSinceEpoch + second
    }
  }

  private let standard: TimeZoneRule.Period
  private let summer: TimeZoneRule.Period?
  private var start = Day(month: 3, week: 2, weekday: 0, second: 7200)
  private var end = Day(month: 11, week: 1, weekday: 0, second: 7200)

  /// Reads a rule; nil when it is of a form that no zone of the tz database has had for its present rule.
  init?(_ text: String) {
    var scanner = RuleScanner(text)
    guard let name = scanner.name(), let west = scanner.time() else { return nil }
    standard = TimeZoneRule.Period(offset: -west, abbreviation: name)
    guard !scanner.isAtEnd else {
      summer = nil
      return
    }
    guard let summerName = scanner.name() else { return nil }
    let offset = scanner.isNext(",") ? 3600 - west : scanner.time().map { -$0 } ?? 3600 - west
    summer = TimeZoneRule.Period(offset: offset, abbreviation: summerName)
    guard let first = Self.day(&scanner), let second = Self.day(&scanner), scanner.isAtEnd else { return nil }
    (start, end) = (first, second)
  }

  private static func day(_ scanner: inout RuleScanner) -> Day? {
    guard scanner.take(","), scanner.take("M"), let month = scanner.number(), scanner.take("."),
      let week = scanner.number(), scanner.take("."), let weekday = scanner.number(),
      (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday)
    else { return nil }
    guard scanner.take("/") else { return Day(month: month, week: week, weekday: weekday, second: 7200) }
    return scanner.time().map { Day(month: month, week: week, weekday: weekday, second: $0) }
  }

  func period(at seconds: Int) -> TimeZoneRule.Period {
    guard let summer else { return standard }
    let year = CivilTime(secondsSinceEpoch: seconds + standard.offset, nanosecond: 0).year
    let begins = start.seconds(in: year) - standard.offset
    let ends = end.seconds(in: year) - summer.offset
    let isSummer =
      begins < ends ? begins <= seconds && seconds < ends : !(ends <= seconds && seconds < begins)
    return isSummer ? summer : standard
  }
}

/// Reads the parts of a rule from its left end.
private struct RuleScanner {
  private var rest: Substring

  init(_ text: String) { rest = text[...] }

  var isAtEnd: Bool { rest.isEmpty }

  func isNext(_ character: Character) -> Bool { rest.first == character }

  mutating func take(_ character: Character) -> Bool {
    guard isNext(character) else { return false }
    rest.removeFirst()
    return true
  }

  /// Letters, or anything between angle brackets.
  mutating func name() -> String? {
    let isQuoted = take("<")
    let name = rest.prefix { isQuoted ? $0 != ">" : $0.isLetter }
    rest = rest.dropFirst(name.count)
    guard !isQuoted || take(">") else { return nil }
    return name.isEmpty ? nil : String(name)
  }

  mutating func number() -> Int? {
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(digits.count)
    return digits.count > 4 ? nil : Int(digits)
  }

  /// `[+-]hh[:mm[:ss]]` in seconds.
  mutating func time() -> Int? {
    let sign = take("-") ? -1 : 1
    _ = take("+")
    guard let hours = number() else { return nil }
    var seconds = hours * 3600
    for unit in [60, 1] where take(":") {
      guard let part = number() else { return nil }
      seconds += part * unit
    }
    return sign * seconds
  }
}
