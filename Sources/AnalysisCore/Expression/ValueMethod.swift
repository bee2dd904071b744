/// The methods of dates, durations and their parts, which are those of Go's `time` package.
enum ValueMethod: String, Sendable, CaseIterable {
  case String
  // Of durations.
  case Hours, Minutes, Seconds, Milliseconds, Microseconds, Nanoseconds, Abs
  // Of durations and dates.
  case Round, Truncate
  // Of dates.
  case Year, Month, Day, Hour, Minute, Second, Nanosecond, Weekday, YearDay
  case Unix, UnixMilli, UnixMicro, UnixNano
  case Format, Add, Sub, AddDate, Before, After, Equal, Compare, IsZero, In, UTC, Local, Location

  /// How many arguments it takes.
  var count: Int {
    switch self {
    case .Round, .Truncate, .Format, .Add, .Sub, .Before, .After, .Equal, .Compare, .In: 1
    case .AddDate: 3
    default: 0
    }
  }

  /// What is known of its value; nil when the type has no such method.
  func result(on nature: ExpressionNature) -> ExpressionNature? {
    switch (nature, self) {
    case (.duration, .String), (.date, .String), (.zone, .String), (.named, .String), (.date, .Format):
      .string
    case (.duration, .Hours), (.duration, .Minutes), (.duration, .Seconds): .float
    case (.duration, .Milliseconds), (.duration, .Microseconds), (.duration, .Nanoseconds): .int
    case (.duration, .Round), (.duration, .Truncate), (.duration, .Abs), (.date, .Sub): .duration
    case (.date, .Year), (.date, .Day), (.date, .Hour), (.date, .Minute), (.date, .Second),
      (.date, .Nanosecond),
      (.date, .YearDay), (.date, .Unix), (.date, .UnixMilli), (.date, .UnixMicro), (.date, .UnixNano),
      (.date, .Compare):
      .int
    case (.date, .Month): .named(.month)
    case (.date, .Weekday): .named(.weekday)
    case (.date, .Before), (.date, .After), (.date, .Equal), (.date, .IsZero): .bool
    case (.date, .Round), (.date, .Truncate), (.date, .Add), (.date, .AddDate), (.date, .In), (.date, .UTC),
      (.date, .Local):
      .date
    case (.date, .Location): .zone
    default: nil
    }
  }
}
