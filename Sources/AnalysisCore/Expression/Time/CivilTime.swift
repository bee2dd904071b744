/// A date and a time of day as a wall shows them, without a zone.
struct CivilTime: Sendable, Hashable {
  var year = 1
  /// From 1.
  var month = 1
  /// From 1.
  var day = 1
  var hour = 0
  var minute = 0
  var second = 0
  var nanosecond = 0

  static let monthNames = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]

  static let weekdayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

  init() {}

  /// What a wall in UTC shows so many seconds after 1970.
  init(secondsSinceEpoch seconds: Int, nanosecond: Int) {
    let days = seconds.dividedDown(by: 86_400)
    let rest = seconds - days * 86_400
    (year, month, day) = Self.date(daysSinceEpoch: days)
    hour = rest / 3600
    minute = rest / 60 % 60
    second = rest % 60
    self.nanosecond = nanosecond
  }

  /// Seconds since 1970 if this wall stands in UTC; months, days and times beyond their bounds carry over.
  var secondsSinceEpoch: Int {
    let carried = (month - 1).dividedDown(by: 12)
    let days = Self.daysSinceEpoch(year: year + carried, month: month - carried * 12, day: 1) + day - 1
    return days * 86_400 + hour * 3600 + minute * 60 + second
  }

  /// From 0, which is Sunday.
  var weekday: Int {
    let days = Self.daysSinceEpoch(year: year, month: month, day: day)
    return (days + 4) - (days + 4).dividedDown(by: 7) * 7
  }

  /// From 1.
  var dayOfYear: Int {
    Self.daysSinceEpoch(year: year, month: month, day: day)
      - Self.daysSinceEpoch(year: year, month: 1, day: 1) + 1
  }

  static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days of the civil calendar since 1970-01-01, by cycles of 400 years.
  static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.dividedDown(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func date(daysSinceEpoch: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = daysSinceEpoch + 719_468
    let era = shifted.dividedDown(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }
}

extension Int {
  /// The quotient rounded towards minus infinity; the divisor is positive.
  func dividedDown(by divisor: Int) -> Int {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
