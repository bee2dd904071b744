/// What a wall in one place shows: its name, and how far it is from UTC at each time.
package struct TimeZoneRule: Sendable {
  /// One way in which the place counts its hours.
  struct Period: Sendable, Hashable {
    /// Seconds east of UTC.
    var offset: Int
    /// As `CET`; empty when it has none.
    var abbreviation: String
  }

  /// When a period begins, in seconds since 1970.
  struct Transition: Sendable, Hashable {
    var start: Int
    var period: Period
  }

  package let name: String
  private let first: Period
  /// In ascending order.
  private let transitions: [Transition]
  /// What holds after the last transition.
  private let rule: DaylightRule?

  init(name: String, first: Period, transitions: [Transition] = [], rule: DaylightRule? = nil) {
    self.name = name
    self.first = first
    self.transitions = transitions
    self.rule = rule
  }

  package static let utc = TimeZoneRule(name: "UTC", first: Period(offset: 0, abbreviation: "UTC"))

  /// A zone that is always as far from UTC; its name is its abbreviation and may be empty.
  static func fixed(_ offset: Int, name: String = "") -> TimeZoneRule {
    TimeZoneRule(name: name, first: Period(offset: offset, abbreviation: name))
  }

  /// What holds at a time in seconds since 1970.
  func period(at seconds: Int) -> Period {
    guard let last = transitions.last else { return rule?.period(at: seconds) ?? first }
    if seconds >= last.start { return rule?.period(at: seconds) ?? last.period }
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle].start <= seconds { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? first : transitions[low - 1].period
  }

  /// Seconds since 1970 at which a wall here shows a time; in the hour that a change repeats or skips, Go's choice.
  func seconds(of wall: CivilTime) -> Int {
    let seconds = wall.secondsSinceEpoch
    let guess = seconds - period(at: seconds).offset
    return seconds - period(at: guess).offset
  }
}
