/// Methods of dates, durations and their parts.
extension Evaluator {
  mutating func method(
    _ baseNode: SyntaxNode,
    _ name: String,
    _ nodes: [SyntaxNode],
    isOptional: Bool,
    at column: Int
  ) throws(ExpressionError) -> ExpressionValue {
    guard let base = try base(of: baseNode, isOptional: isOptional) else { return .nothing }
    let arguments = try values(of: nodes, at: column)
    guard let method = ValueMethod(rawValue: name), method.result(on: ExpressionNature(of: base)) != nil
    else {
      throw failure("type \(base.typeName) has no method \(name)", at: column)
    }
    guard arguments.count == method.count else {
      throw failure("\(name) takes \(method.count) arguments, but got \(arguments.count)", at: column)
    }
    if method == .String {
      try meter.make(text: 64, at: column)
      return .string(base.text)
    }
    let call = MethodCall(method: method, arguments: arguments, column: column)
    switch base {
    case .duration(let duration): return try call.value(of: duration)
    case .date(let date):
      if method == .Format { try chargeFormat(call) }
      return try call.value(of: date)
    default: throw failure("type \(base.typeName) has no method \(name)", at: column)
    }
  }

  /// A layout's place is at most nine times as long when it is written.
  private mutating func chargeFormat(_ call: MethodCall) throws(ExpressionError) {
    let bytes = try call.text(0).utf8.count
    try meter.step(bytes * 32, at: call.column)
    try meter.make(text: bytes * 9, at: call.column)
  }
}

/// One call of a method: its arguments, and where a message about it points.
private struct MethodCall {
  let method: ValueMethod
  let arguments: [ExpressionValue]
  let column: Int

  private func failure(_ message: String) -> ExpressionError {
    ExpressionError(.evaluation, message, column: column)
  }

  private func unsupported(_ index: Int, _ wanted: String) -> ExpressionError {
    failure("cannot use \(arguments[index].typeName) as argument (type \(wanted)) to call \(method.rawValue)")
  }

  func text(_ index: Int) throws(ExpressionError) -> String {
    guard case .string(let text) = arguments[index] else { throw unsupported(index, "string") }
    return text
  }

  private func duration() throws(ExpressionError) -> Int {
    guard case .duration(let duration) = arguments[0] else { throw unsupported(0, "time.Duration") }
    return duration
  }

  private func date() throws(ExpressionError) -> ExpressionDate {
    guard case .date(let date) = arguments[0] else { throw unsupported(0, "time.Time") }
    return date
  }

  private func zone() throws(ExpressionError) -> TimeZoneRule {
    guard case .zone(let zone) = arguments[0] else { throw unsupported(0, "*time.Location") }
    return zone
  }

  func value(of duration: Int) throws(ExpressionError) -> ExpressionValue {
    switch method {
    case .Hours: .float(Double(duration) / 3.6e12)
    case .Minutes: .float(Double(duration) / 6e10)
    case .Seconds: .float(Double(duration) / 1e9)
    case .Milliseconds: .int(duration / 1_000_000)
    case .Microseconds: .int(duration / 1000)
    case .Nanoseconds: .int(duration)
    case .Abs: .duration(duration == .min ? .max : abs(duration))
    case .Round: .duration(GoDuration.round(duration, to: try self.duration()))
    default:
      // Truncate; a unit of zero or less changes nothing.
      .duration(try self.duration() <= 0 ? duration : duration - duration % (try self.duration()))
    }
  }

  func value(of date: ExpressionDate) throws(ExpressionError) -> ExpressionValue {
    switch method {
    case .Year: .int(date.wall.year)
    case .Month: .named(NamedNumber(kind: .month, number: date.wall.month))
    case .Day: .int(date.wall.day)
    case .Hour: .int(date.wall.hour)
    case .Minute: .int(date.wall.minute)
    case .Second: .int(date.wall.second)
    case .Nanosecond: .int(date.nanoseconds)
    case .Weekday: .named(NamedNumber(kind: .weekday, number: date.wall.weekday))
    case .YearDay: .int(date.wall.dayOfYear)
    case .Unix: .int(date.seconds)
    case .UnixMilli: .int(date.seconds &* 1000 &+ date.nanoseconds / 1_000_000)
    case .UnixMicro: .int(date.seconds &* 1_000_000 &+ date.nanoseconds / 1000)
    case .UnixNano: .int(date.seconds &* 1_000_000_000 &+ date.nanoseconds)
    case .Format: .string(GoTimeLayout.format(date, try text(0)))
    case .Add: .date(try bounded(date.adding(nanoseconds: try duration())))
    case .Sub: .duration(date.nanoseconds(since: try self.date()))
    case .AddDate: .date(try addDate(to: date))
    case .Before: .bool(date < (try self.date()))
    case .After: .bool(date > (try self.date()))
    case .Equal: .bool(date == (try self.date()))
    case .Compare: .int(date < (try self.date()) ? -1 : date > (try self.date()) ? 1 : 0)
    case .IsZero: .bool(date == ExpressionDate(seconds: -62_135_596_800))
    case .In: .date(date.in(try zone()))
    case .UTC, .Local: .date(date.in(.utc))
    case .Location: .zone(date.zone)
    default: .date(try rounded(date))
    }
  }

  private func bounded(_ date: ExpressionDate?) throws(ExpressionError) -> ExpressionDate {
    guard let date else { throw failure("date out of range") }
    return date
  }

  private func addDate(to date: ExpressionDate) throws(ExpressionError) -> ExpressionDate {
    var parts: [Int] = []
    for (index, argument) in arguments.enumerated() {
      guard case .int(let part) = argument else { throw unsupported(index, "int") }
      guard abs(part.clamped) < 1_000_000 else { throw failure("date out of range") }
      parts.append(part)
    }
    var wall = date.wall
    wall.year += parts[0]
    wall.month += parts[1]
    wall.day += parts[2]
    let moved = ExpressionDate(
      seconds: date.zone.seconds(of: wall),
      nanoseconds: date.nanoseconds,
      zone: date.zone
    )
    return try bounded(abs(moved.seconds) <= ExpressionDate.bound ? moved : nil)
  }

  /// Down to a multiple of a duration since the year 1 for `Truncate`, to the nearest one for `Round`.
  private func rounded(_ date: ExpressionDate) throws(ExpressionError) -> ExpressionDate {
    let unit = try duration()
    guard unit > 0 else { return date }
    let (high, low) = (date.seconds + 62_135_596_800).multipliedFullWidth(by: 1_000_000_000)
    let total = Int128(high) << 64 + Int128(low) + Int128(date.nanoseconds)
    let remainder = Int(((total % Int128(unit)) + Int128(unit)) % Int128(unit))
    let isUp = method == .Round && remainder >= unit - remainder
    return try bounded(date.adding(nanoseconds: isUp ? unit - remainder : -remainder))
  }
}

extension Int {
  /// The number itself, except that its magnitude always fits.
  fileprivate var clamped: Int { self == .min ? .max : self }
}
