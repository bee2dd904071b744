import Primitives

extension Evaluator {
  /// Runs a builtin; each family has a switch of its own.
  mutating func run(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    try meter.step(call.arguments.reduce(0) { $0 + $1.size }, at: call.column)
    switch call.builtin {
    case .asInt, .asFloat, .isNaN, .isInf, .isNil, .default, .int, .float, .string, .type, .toJSON, .fromJSON:
      return try convert(call)
    case .abs, .ceil, .floor, .round, .min, .max, .mean, .median: return try calculate(call)
    case .len, .first, .last, .take, .reverse, .concat, .flatten, .uniq, .sort, .keys, .values, .get, .join:
      return try arrange(call)
    case .now, .duration, .date: return try time(call)
    default: return try edit(call)
    }
  }

  // MARK: Conversions

  private mutating func convert(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    let value = call.first
    switch call.builtin {
    case .asInt, .int: return .int(try whole(call))
    case .asFloat, .float: return .float(try fractional(call))
    case .isNaN: return .bool(try call.number(0).isNaN)
    case .isInf: return .bool(try call.number(0).isInfinite)
    case .isNil: return .bool(value.isNothing)
    case .default: return value.isNothing ? call.arguments[1] : value
    case .string:
      try meter.walk(value, at: call.column)
      let text = value.text
      try meter.make(text: text.utf8.count, at: call.column)
      return .string(text)
    case .toJSON:
      try meter.walk(value, at: call.column)
      let text = value.json.text(pretty: true)
      try meter.make(text: text.utf8.count, at: call.column)
      return .string(text)
    case .fromJSON:
      let text = try call.text(0)
      try meter.make(1 + text.utf8.count / 2, at: call.column)
      do throws(JSONError) {
        return ExpressionValue(try JSONValue(parsing: text))
      } catch {
        throw call.failure(error.description)
      }
    default: return .string(value.kindName)
    }
  }

  private func whole(_ call: BuiltinCall) throws(ExpressionError) -> Int {
    switch call.first {
    case .int(let number): return number
    case .float(let number):
      guard let whole = Int(exactly: number.rounded(.towardZero)) else {
        throw call.failure("\(call.builtin.rawValue)() of \(GoFormat.general(number)) is out of range")
      }
      return whole
    case .string(let text):
      guard let number = Int(text) else {
        throw call.failure("\(call.builtin.rawValue)(): parsing \"\(text.prefix(40))\": invalid syntax")
      }
      return number
    default: throw unsupported(call)
    }
  }

  private func fractional(_ call: BuiltinCall) throws(ExpressionError) -> Double {
    switch call.first {
    case .int(let number): return Double(number)
    case .float(let number): return number
    case .string(let text):
      guard let number = Double(text) else {
        throw call.failure("\(call.builtin.rawValue)(): parsing \"\(text.prefix(40))\": invalid syntax")
      }
      return number
    default: throw unsupported(call)
    }
  }

  private func unsupported(_ call: BuiltinCall) -> ExpressionError {
    call.failure("\(call.builtin.rawValue)() not supported on \(call.first.typeName)")
  }

  // MARK: Numbers

  private mutating func calculate(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    switch call.builtin {
    case .abs:
      if case .int(let number) = call.first { return .int(number < 0 ? 0 &- number : number) }
      return .float(try call.number(0).magnitude)
    case .ceil: return .float(try call.number(0).rounded(.up))
    case .floor: return .float(try call.number(0).rounded(.down))
    case .round: return .float(try call.number(0).rounded(.toNearestOrAwayFromZero))
    default: break
    }
    let values = try numbers(call)
    guard let first = values.first else {
      if call.builtin == .mean || call.builtin == .median { return .float(0) }
      throw call.failure("not enough arguments to call \(call.builtin.rawValue)")
    }
    // A NaN among the numbers is the result, whatever its place, so that no comparison overlooks it.
    if let lost = values.first(where: \.isNaN) { return lost }
    let doubles = values.compactMap(\.number)
    switch call.builtin {
    case .min: return values.dropFirst().reduce(first) { ($1.number ?? 0) < ($0.number ?? 0) ? $1 : $0 }
    case .max: return values.dropFirst().reduce(first) { ($1.number ?? 0) > ($0.number ?? 0) ? $1 : $0 }
    case .mean: return .float(doubles.reduce(0, +) / Double(doubles.count))
    default:
      try meter.step(doubles.count * 20, at: call.column)
      let sorted = doubles.sorted()
      let middle = sorted.count / 2
      return .float(sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2)
    }
  }

  /// The numbers among the arguments, with lists opened up.
  private mutating func numbers(_ call: BuiltinCall) throws(ExpressionError) -> [ExpressionValue] {
    var numbers: [ExpressionValue] = []
    for argument in call.arguments {
      let parts: [ExpressionValue]
      if case .list(let elements) = argument { parts = elements } else { parts = [argument] }
      for part in parts {
        guard part.number != nil else { throw call.unsupported(part) }
        numbers.append(part)
      }
    }
    return numbers
  }

  // MARK: Time

  private func time(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    switch call.builtin {
    case .now:
      guard let now = call.now else { throw call.failure("now() has no clock here") }
      return .date(now)
    case .duration:
      let text = try call.text(0)
      guard let duration = Duration(go: text) else {
        throw call.failure("invalid duration \"\(text.prefix(40))\"")
      }
      return .duration(duration)
    default:
      let text = try call.text(0)
      guard let date = Instant(text) else { throw call.failure("invalid date \"\(text.prefix(40))\"") }
      return .date(date)
    }
  }
}

extension ExpressionValue {
  /// The type's name as `type(x)` gives it.
  fileprivate var kindName: String {
    switch self {
    case .nothing: "nil"
    case .bool: "bool"
    case .int: "int"
    case .float: "float"
    case .string: "string"
    case .list: "array"
    case .map: "map"
    case .duration: "time.Duration"
    case .date: "time.Time"
    }
  }
}
