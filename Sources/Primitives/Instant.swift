/// A point in time on the wall clock, in nanoseconds since 1970 UTC; text form is RFC 3339.
///
/// Kubernetes writes `Time` with whole seconds and `MicroTime` with six digits; both parse here.
package struct Instant: Sendable, Hashable, Comparable {
  package let nanosecondsSinceEpoch: Int64

  package init(nanosecondsSinceEpoch: Int64) { self.nanosecondsSinceEpoch = nanosecondsSinceEpoch }

  package init(secondsSinceEpoch: Int64) {
    self.init(nanosecondsSinceEpoch: secondsSinceEpoch &* 1_000_000_000)
  }

  /// Whole seconds since 1970, rounded down.
  package var secondsSinceEpoch: Int64 {
    let (quotient, remainder) = nanosecondsSinceEpoch.quotientAndRemainder(dividingBy: 1_000_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  package static func < (left: Instant, right: Instant) -> Bool {
    left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch
  }

  package static func + (instant: Instant, duration: Duration) -> Instant {
    Instant(nanosecondsSinceEpoch: instant.nanosecondsSinceEpoch &+ duration.wholeNanoseconds)
  }

  /// The moment so much earlier.
  package static func - (instant: Instant, duration: Duration) -> Instant { instant + (.zero - duration) }

  package static func - (left: Instant, right: Instant) -> Duration {
    .nanoseconds(left.nanosecondsSinceEpoch &- right.nanosecondsSinceEpoch)
  }
}

extension Duration {
  /// Whole nanoseconds, clamped to 64 bits (292 years).
  package var wholeNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    return product &+ attoseconds / 1_000_000_000
  }

  /// Seconds with their fraction.
  package var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension Instant {
  /// Parses RFC 3339 (`2026-11-21T06:31:22Z`, with an optional fraction and offset); nil when it is anything else.
  package init?(_ text: String) {
    var scanner = DigitScanner(text)
    guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
      let day = scanner.number(2), scanner.take("T") || scanner.take("t") || scanner.take(" "),
      let hour = scanner.number(2), scanner.take(":"), let minute = scanner.number(2), scanner.take(":"),
      let second = scanner.number(2), (1...12).contains(month),
      (1...CivilCalendar.days(in: month, of: year)).contains(day),
      hour < 24, minute < 60, second < 61,
      let fraction = scanner.fraction(), let offset = scanner.zoneOffset(), scanner.isAtEnd
    else { return nil }
    let days = CivilCalendar.daysSinceEpoch(year: year, month: month, day: day)
    let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second - offset)
    // Years beyond 64 bits of nanoseconds (after 2262) are no times that a cluster can mean.
    guard abs(seconds) < 9_223_372_036 else { return nil }
    self.init(nanosecondsSinceEpoch: seconds * 1_000_000_000 + Int64(fraction))
  }

  /// RFC 3339 in UTC with whole seconds, as Kubernetes' `Time` is written.
  package var rfc3339: String { text(fractionDigits: 0) }

  /// RFC 3339 in UTC with six digits, as Kubernetes' `MicroTime` is written.
  package var rfc3339Micro: String { text(fractionDigits: 6) }

  /// The time of day in UTC as `hh:mm:ss`.
  package var timeOfDay: String { String(rfc3339.dropFirst(11).dropLast()) }

  /// Written digit by digit: every status that is planned or compared goes through here.
  private func text(fractionDigits: Int) -> String {
    let seconds = secondsSinceEpoch
    let nanoseconds = nanosecondsSinceEpoch - seconds * 1_000_000_000
    let days = Int(seconds.dividedDown(by: 86_400))
    let rest = Int(seconds) - days * 86_400
    let (year, month, day) = CivilCalendar.date(daysSinceEpoch: days)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(28)
    Self.write(year, 4, "-", into: &bytes)
    Self.write(month, 2, "-", into: &bytes)
    Self.write(day, 2, "T", into: &bytes)
    Self.write(rest / 3600, 2, ":", into: &bytes)
    Self.write(rest / 60 % 60, 2, ":", into: &bytes)
    Self.write(rest % 60, 2, fractionDigits > 0 ? "." : "Z", into: &bytes)
    if fractionDigits > 0 {
      Self.write(Int(nanoseconds), 9, "Z", into: &bytes)
      bytes.removeSubrange((bytes.count - 10 + fractionDigits)..<(bytes.count - 1))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// So many digits, and what stands behind them.
  private static func write(
    _ number: Int,
    _ width: Int,
    _ separator: Unicode.Scalar,
    into bytes: inout [UInt8]
  ) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
    bytes.append(UInt8(ascii: separator))
  }
}

/// Reads fixed-width digits from ASCII text.
private struct DigitScanner {
  private let bytes: [UInt8]
  private var index = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { index == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  mutating func number(_ width: Int) -> Int? {
    var value = 0
    for _ in 0..<width {
      guard index < bytes.count, bytes[index] >= UInt8(ascii: "0"), bytes[index] <= UInt8(ascii: "9") else {
        return nil
      }
      value = value * 10 + Int(bytes[index] - UInt8(ascii: "0"))
      index += 1
    }
    return value
  }

  /// Nanoseconds after an optional point; digits past the ninth are cut.
  mutating func fraction() -> Int? {
    guard take(".") else { return 0 }
    var value = 0
    var digits = 0
    while let digit = number(1) {
      if digits < 9 { value = value * 10 + digit }
      digits += 1
    }
    guard digits > 0 else { return nil }
    for _ in min(digits, 9)..<9 { value *= 10 }
    return value
  }

  /// Seconds east of UTC.
  mutating func zoneOffset() -> Int? {
    if take("Z") || take("z") { return 0 }
    let sign = take("+") ? 1 : take("-") ? -1 : 0
    guard sign != 0, let hours = number(2), take(":"), let minutes = number(2), hours < 24, minutes < 60
    else {
      return nil
    }
    return sign * (hours * 3600 + minutes * 60)
  }
}
