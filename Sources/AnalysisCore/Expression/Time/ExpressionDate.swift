package import Primitives

/// A moment and the zone in which it is told, as Go's `time.Time`.
package struct ExpressionDate: Sendable {
  /// Largest distance from 1970 that arithmetic may reach, some three million years.
  static let bound = 100_000_000_000_000

  /// Since 1970 in UTC, rounded down.
  package let seconds: Int
  /// After those seconds.
  package let nanoseconds: Int
  package let zone: TimeZoneRule

  package init(seconds: Int, nanoseconds: Int = 0, zone: TimeZoneRule = .utc) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    self.zone = zone
  }

  package init(_ instant: Instant) {
    let seconds = Int(instant.secondsSinceEpoch)
    self.init(seconds: seconds, nanoseconds: Int(instant.nanosecondsSinceEpoch) - seconds &* 1_000_000_000)
  }

  /// The same moment as an instant; nil beyond the years 1678 to 2262.
  package var instant: Instant? {
    guard abs(seconds) < 9_223_372_036 else { return nil }
    return Instant(nanosecondsSinceEpoch: Int64(seconds * 1_000_000_000 + nanoseconds))
  }

  var period: TimeZoneRule.Period { zone.period(at: seconds) }

  /// What a wall in the zone shows.
  var wall: CivilTime { CivilTime(secondsSinceEpoch: seconds + period.offset, nanosecond: nanoseconds) }

  func `in`(_ zone: TimeZoneRule) -> ExpressionDate {
    ExpressionDate(seconds: seconds, nanoseconds: nanoseconds, zone: zone)
  }

  /// The moment so many nanoseconds later; nil when it is out of bounds.
  func adding(nanoseconds added: Int) -> ExpressionDate? {
    let rest = nanoseconds + added % 1_000_000_000
    let carry = rest.dividedDown(by: 1_000_000_000)
    let seconds = seconds + added / 1_000_000_000 + carry
    guard abs(seconds) <= Self.bound else { return nil }
    return ExpressionDate(seconds: seconds, nanoseconds: rest - carry * 1_000_000_000, zone: zone)
  }

  /// Nanoseconds since another moment, no further than 64 bits reach.
  func nanoseconds(since other: ExpressionDate) -> Int {
    let (product, overflow) = (seconds - other.seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carried) = product.addingReportingOverflow(nanoseconds - other.nanoseconds)
    guard !overflow, !carried else { return seconds < other.seconds ? .min : .max }
    return sum
  }

  /// RFC 3339 with the zone's offset and no more of the fraction than there is; years beyond 0 to 9999 have none.
  package var exactText: String { GoTimeLayout.format(self, "2006-01-02T15:04:05.999999999Z07:00") }
}

extension ExpressionDate: Comparable {
  package static func == (left: ExpressionDate, right: ExpressionDate) -> Bool {
    left.seconds == right.seconds && left.nanoseconds == right.nanoseconds
  }

  package static func < (left: ExpressionDate, right: ExpressionDate) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}
