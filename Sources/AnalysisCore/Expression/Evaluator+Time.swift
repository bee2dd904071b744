/// The builtins over dates, durations and zones.
extension Evaluator {
  mutating func time(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    switch call.builtin {
    case .now:
      guard let now = clock.now else { throw call.failure("now() has no clock here") }
      let date = ExpressionDate(now)
      guard let argument = call.arguments.first else { return .date(date) }
      guard case .zone(let zone) = argument else { throw call.unsupported(argument) }
      return .date(date.in(zone))
    case .duration:
      let text = try call.text(0)
      try meter.step(text.utf8.count, at: call.column)
      guard let duration = GoDuration.parse(text) else {
        throw call.failure("time: invalid duration \"\(text.prefix(40))\"")
      }
      return .duration(duration)
    case .timezone: return .zone(try zone(try call.text(0), call))
    default: return .date(try date(call))
    }
  }

  /// The forms that a date may have when no layout is given.
  private static let layouts = [
    "2006-01-02", "15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04:05Z07:00", "02 Jan 06 15:04 MST",
    "Monday, 02-Jan-06 15:04:05 MST", "Mon, 02 Jan 2006 15:04:05 MST",
  ]

  /// `date([zone, ]text[, layout[, zone name]])`
  private mutating func date(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionDate {
    var arguments = call.arguments
    var place: TimeZoneRule?
    if case .zone(let zone) = call.first {
      place = zone
      arguments.removeFirst()
    }
    var texts: [String] = []
    for argument in arguments {
      guard case .string(let text) = argument else { throw call.unsupported(argument) }
      try meter.step(text.utf8.count * 32, at: call.column)
      texts.append(text)
    }
    guard (1...3).contains(texts.count) else {
      throw call.failure("invalid number of arguments (expected 1 to 3, got \(texts.count))")
    }
    if texts.count == 3 { place = try zone(texts[2], call) }
    guard texts.count == 1 else { return try date(texts[0], texts[1], in: place, call) }
    try meter.step(500, at: call.column)
    for layout in Self.layouts {
      do throws(GoTimeLayout.Mismatch) {
        return try GoTimeLayout.parse(texts[0], layout, in: place ?? .utc)
      } catch {
        continue
      }
    }
    throw call.failure("invalid date \(texts[0].prefix(60))")
  }

  private func date(
    _ text: String,
    _ layout: String,
    in zone: TimeZoneRule?,
    _ call: BuiltinCall
  ) throws(ExpressionError) -> ExpressionDate {
    do throws(GoTimeLayout.Mismatch) {
      return try GoTimeLayout.parse(text, layout, in: zone ?? .utc)
    } catch {
      throw call.failure(error.description)
    }
  }

  /// A zone by its name; each is read once in an evaluation.
  private mutating func zone(_ name: String, _ call: BuiltinCall) throws(ExpressionError) -> TimeZoneRule {
    if name.isEmpty || name == "UTC" || name == "Local" { return .utc }
    if let known = zones[name] { return known }
    try meter.step(5000, at: call.column)
    try meter.make(2000, at: call.column)
    // A name is a path below the database's folder and must not lead out of it.
    let isPath =
      name.utf8.count <= 100 && !name.contains("..") && !name.hasPrefix("/") && !name.contains("\\")
    guard isPath, let file = clock.zoneFile(name), let zone = TimeZoneRule(name: name, file: file) else {
      throw call.failure("unknown time zone \(name.prefix(60))")
    }
    zones[name] = zone
    return zone
  }
}
