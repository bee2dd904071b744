import Primitives

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
    (year, month, day) = CivilCalendar.date(daysSinceEpoch: days)
    hour = rest / 3600
    minute = rest / 60 % 60
    second = rest % 60
    self.nanosecond = nanosecond
  }

  /// Seconds since 1970 if this wall stands in UTC; months, days and times beyond their bounds carry over.
  var secondsSinceEpoch: Int {
    let carried = (month - 1).dividedDown(by: 12)
    let days =
      CivilCalendar.daysSinceEpoch(year: year + carried, month: month - carried * 12, day: 1) + day - 1
    return days * 86_400 + hour * 3600 + minute * 60 + second
  }

  /// From 0, which is Sunday.
  var weekday: Int {
    let days = CivilCalendar.daysSinceEpoch(year: year, month: month, day: day)
    return (days + 4) - (days + 4).dividedDown(by: 7) * 7
  }

  /// From 1.
  var dayOfYear: Int {
    CivilCalendar.daysSinceEpoch(year: year, month: month, day: day)
      - CivilCalendar.daysSinceEpoch(year: year, month: 1, day: 1) + 1
  }
}
