/// What is known of a value's type before there is a value.
package indirect enum ExpressionNature: Sendable, Hashable {
  /// Anything: what is in a map, and what a provider may answer.
  case unknown
  case nothing
  case bool
  case int
  case float
  case string
  case list(ExpressionNature)
  /// A map with texts as keys.
  case map
  /// What `groupBy` and `fromPairs` make: a map with any keys.
  case groups(ExpressionNature)
  case duration
  case date
  case zone
  case named(NamedNumber.Kind)
}

extension ExpressionNature {
  /// What is known of a value of the environment: of a list that may hold anything, only that it is a list.
  ///
  /// Nil counts as unknown, so that a condition may say what an absent value means.
  package init(of value: ExpressionValue) {
    self =
      switch value {
      case .nothing: .unknown
      case .bool: .bool
      case .int: .int
      case .float: .float
      case .string: .string
      case .list: .list(.unknown)
      case .map: .map
      case .duration: .duration
      case .date: .date
      case .zone: .zone
      case .named(let value): .named(value.kind)
      }
  }

  /// What is known of a provider's answer: the numbers of a query are known to be numbers.
  init(of value: MetricValue) {
    if case .list = value {
      self = .list(.float)
    } else {
      self = ExpressionNature(of: ExpressionValue(value))
    }
  }

  var isUnknown: Bool { self == .unknown }
  var isNumber: Bool { self == .int || self == .float }
  var isList: Bool { if case .list = self { true } else { false } }
  var isMap: Bool { if case .groups = self { true } else { self == .map } }

  /// What is known of the elements or fields.
  var element: ExpressionNature {
    switch self {
    case .list(let element), .groups(let element): element
    default: .unknown
    }
  }

  /// Whether `==` may stand between two values.
  func isComparable(to other: ExpressionNature) -> Bool {
    if isUnknown || other.isUnknown || self == .nothing || other == .nothing { return true }
    return self == other || isNumber && other.isNumber || isList && other.isList || isMap && other.isMap
  }

  /// What is known of a value that is one or the other.
  func joined(with other: ExpressionNature) -> ExpressionNature {
    if self == .nothing { return other }
    return other == .nothing || other == self ? self : .unknown
  }

  /// The type's name as Go prints it.
  package var name: String {
    switch self {
    case .unknown: "unknown"
    case .nothing: "nil"
    case .bool: "bool"
    case .int: "int"
    case .float: "float64"
    case .string: "string"
    case .list(let element): "[]" + (element.isUnknown ? "interface {}" : element.name)
    case .map: "map[string]interface {}"
    case .groups(let element): "map[interface {}]" + (element.isUnknown ? "interface {}" : element.name)
    case .duration: "time.Duration"
    case .date: "time.Time"
    case .zone: "*time.Location"
    case .named(let kind): kind == .month ? "time.Month" : "time.Weekday"
    }
  }
}
