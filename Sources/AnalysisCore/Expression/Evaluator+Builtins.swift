import Primitives

extension Evaluator {
  /// Runs a builtin; each family has a switch of its own.
  mutating func run(_ call: BuiltinCall) throws(ExpressionError) -> ExpressionValue {
    try meter.step(call.arguments.reduce(0) { $0 + $1.size }, at: call.column)
    switch call.builtin {
    case .asInt, .asFloat, .isNaN, .isInf, .isNil, .default, .int, .float, .string, .type, .toJSON, .fromJSON,
      .toBase64, .fromBase64:
      return try convert(call)
    case .abs, .ceil, .floor, .round, .min, .max, .mean, .median: return try calculate(call)
    case .bitand, .bitor, .bitxor, .bitnand, .bitnot, .bitshl, .bitshr, .bitushr: return .int(try bits(call))
    case .len, .first, .last, .take, .reverse, .concat, .flatten, .uniq, .sort, .keys, .values, .toPairs,
      .fromPairs, .get, .join:
      return try arrange(call)
    case .now, .duration, .date, .timezone: return try time(call)
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
      return try made(value.text, call)
    case .toJSON:
      try meter.walk(value, at: call.column)
      return try made(try value.goJSON(pretty: true, at: call.column), call)
    case .fromJSON:
      let text = try call.text(0)
      try meter.make(1 + text.utf8.count / 2, at: call.column)
      do throws(JSONError) {
        return ExpressionValue(try JSONValue(parsing: text))
      } catch {
        throw call.failure(error.description)
      }
    case .toBase64: return try made(Base64.encode(Array(try call.text(0).utf8)), call)
    case .fromBase64:
      guard let bytes = Base64.decode(try call.text(0), skippingBlanks: false) else {
        throw call.failure("illegal base64 data")
      }
      return try made(String(decoding: bytes, as: UTF8.self), call)
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
    case .duration(let number): return number
    case .named(let value): return value.number
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
      guard let number = GoFormat.parse(text) else {
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
      // Of no numbers, there is no least and no greatest.
      return call.builtin == .mean || call.builtin == .median ? .float(0) : .nothing
    }
    // A NaN among the numbers is the result, whatever its place, so that no comparison overlooks it.
    if let lost = values.first(where: \.isNaN) { return lost }
    switch call.builtin {
    case .min: return values.dropFirst().reduce(first) { $1.size(below: $0) ? $1 : $0 }
    case .max: return values.dropFirst().reduce(first) { $0.size(below: $1) ? $1 : $0 }
    default: break
    }
    let doubles = values.compactMap(\.number)
    guard doubles.count == values.count else { throw call.unsupported(first) }
    if call.builtin == .mean { return .float(doubles.reduce(0, +) / Double(doubles.count)) }
    try meter.step(doubles.count * 20, at: call.column)
    let sorted = doubles.sorted()
    let middle = sorted.count / 2
    return .float(sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2)
  }

  /// The numbers and durations among the arguments, with lists opened up at all levels.
  private mutating func numbers(_ call: BuiltinCall) throws(ExpressionError) -> [ExpressionValue] {
    var numbers: [ExpressionValue] = []
    for argument in call.arguments {
      try meter.walk(argument, at: call.column)
      try collect(argument, into: &numbers, call)
    }
    return numbers
  }

  private func collect(
    _ value: ExpressionValue,
    into numbers: inout [ExpressionValue],
    _ call: BuiltinCall
  ) throws(ExpressionError) {
    if case .list(let elements) = value {
      for element in elements { try collect(element, into: &numbers, call) }
    } else if value.number != nil || value.isDuration {
      numbers.append(value)
    } else {
      throw call.unsupported(value)
    }
  }

  // MARK: Bits

  private func bits(_ call: BuiltinCall) throws(ExpressionError) -> Int {
    let left = try call.int(0)
    guard call.builtin != .bitnot else { return ~left }
    let right = try call.int(1)
    switch call.builtin {
    case .bitand: return left & right
    case .bitor: return left | right
    case .bitxor: return left ^ right
    case .bitnand: return left & ~right
    default: break
    }
    guard right >= 0 else {
      throw call.failure("invalid operation: negative shift count \(right) (type int)")
    }
    return switch call.builtin {
    case .bitshl: left << right
    case .bitshr: left >> right
    default: Int(bitPattern: UInt(bitPattern: left) >> UInt(right))
    }
  }
}

extension ExpressionValue {
  /// Whether the number or duration is less than another.
  fileprivate func size(below other: ExpressionValue) -> Bool {
    switch (self, other) {
    case (.int(let left), .int(let right)), (.duration(let left), .duration(let right)): left < right
    default: (number ?? 0) < (other.number ?? 0)
    }
  }

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
    case .zone: "time.Location"
    case .named(let value): value.typeName
    }
  }
}
