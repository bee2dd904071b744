/// The functions of the condition language that take plain values.
///
/// A new one needs a case here, its parameters if it does not take one text, its result for the checker, and a line in
/// the switch of its family.
enum Builtin: String, Sendable, CaseIterable {
  // Of Argo Rollouts.
  case asInt, asFloat, isNaN, isInf, isNil
  case `default`
  // Conversions.
  case int, float, string, type, toJSON, fromJSON, toBase64, fromBase64
  // Numbers.
  case abs, ceil, floor, round, min, max, mean, median
  case bitand, bitor, bitxor, bitnand, bitnot, bitshl, bitshr, bitushr
  // Lists and maps.
  case len, first, last, take, reverse, concat, flatten, uniq, sort, keys, values, toPairs, fromPairs, get,
    join
  // Texts.
  case trim, trimPrefix, trimSuffix, upper, lower, split, splitAfter, replace
  case `repeat`
  case indexOf, lastIndexOf, hasPrefix, hasSuffix
  // Time.
  case now, duration, date, timezone

  static func named(_ name: String) -> Builtin? { Builtin(rawValue: name) }

  /// What an argument must be, as far as it is known before there is a value.
  enum Parameter: Sendable {
    case anything
    case text
    case whole
    case number
    /// A number or a text that spells one.
    case numeral
    /// A number, a list of them, or a duration.
    case numbers
    case list
    case map
    case sized
    case zone
    case zoneOrText
  }

  /// What it takes; the last stands for all further arguments.
  var parameters: [Parameter] {
    switch self {
    case .isNil, .default, .string, .type, .toJSON, .get: [.anything]
    case .asInt, .asFloat, .int, .float: [.numeral]
    case .isNaN, .isInf, .abs, .ceil, .floor, .round: [.number]
    case .min, .max, .mean, .median: [.numbers]
    case .bitand, .bitor, .bitxor, .bitnand, .bitnot, .bitshl, .bitshr, .bitushr: [.whole]
    case .len: [.sized]
    case .first, .last, .reverse, .concat, .flatten, .uniq, .fromPairs: [.list]
    case .take: [.list, .whole]
    case .sort, .join: [.list, .text]
    case .keys, .values, .toPairs: [.map]
    case .split, .splitAfter: [.text, .text, .whole]
    case .replace: [.text, .text, .text, .whole]
    case .repeat: [.text, .whole]
    case .now: [.zone]
    case .date: [.zoneOrText, .text]
    default: [.text]
    }
  }

  /// How many arguments it takes.
  var arity: ClosedRange<Int> {
    switch self {
    case .now: 0...1
    case .min, .max, .mean, .median, .concat: 1...64
    case .default, .take, .repeat, .indexOf, .lastIndexOf, .hasPrefix, .hasSuffix, .get, .bitand, .bitor,
      .bitxor,
      .bitnand, .bitshl, .bitshr, .bitushr:
      2...2
    case .trim, .trimPrefix, .trimSuffix, .join, .sort: 1...2
    case .split, .splitAfter: 2...3
    case .replace: 3...4
    case .date: 1...4
    default: 1...1
    }
  }

  /// What is known of its value.
  func result(of arguments: [ExpressionNature]) -> ExpressionNature {
    let first = arguments.first ?? .unknown
    switch self {
    case .isNaN, .isInf, .isNil, .hasPrefix, .hasSuffix: return .bool
    case .asInt, .int, .len, .indexOf, .lastIndexOf, .bitand, .bitor, .bitxor, .bitnand, .bitnot, .bitshl,
      .bitshr,
      .bitushr:
      return .int
    case .asFloat, .float, .ceil, .floor, .round, .mean, .median: return .float
    case .string, .type, .toJSON, .toBase64, .fromBase64, .join, .trim, .trimPrefix, .trimSuffix, .upper,
      .lower,
      .replace, .repeat:
      return .string
    case .abs: return first
    case .first, .last: return first.element
    case .get: return first.isList ? first.element : .unknown
    case .take: return first
    case .reverse, .concat, .flatten, .uniq, .sort, .keys, .values, .toPairs: return .list(.unknown)
    case .split, .splitAfter: return .list(.string)
    case .fromPairs: return .groups(.unknown)
    case .now, .date: return .date
    case .duration: return .duration
    case .timezone: return .zone
    case .default, .fromJSON, .min, .max: return .unknown
    }
  }
}
