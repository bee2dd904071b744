/// A JSON document as a value: the truth about every Kubernetes object in Serin.
///
/// Unknown fields survive because nothing is decoded into structs that forget them; typed structs elsewhere are views
/// over this tree. Objects compare without regard to key order and are written with sorted keys, so equal values
/// always have equal bytes.
///
/// What reads a field is inlinable: every room does little else, and a call into this one would copy what it returns.
@usableFromInline package enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONFields)
}

extension JSONValue {
  /// The value as a string, or nil when it is of another kind.
  @inlinable package var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The value as a whole number; a double without a fraction counts, as in Kubernetes' decoders.
  @inlinable package var int: Int? {
    switch self {
    case .int(let value): Int(exactly: value)
    case .double(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value as a double, whether it was written with a fraction or not.
  @inlinable package var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// The value as a Boolean, or nil when it is of another kind.
  @inlinable package var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The elements of an array, or nil when it is of another kind.
  @inlinable package var array: [JSONValue]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  /// The fields of an object, or nil when it is of another kind.
  @inlinable package var object: JSONFields? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// Whether the value is JSON's null.
  @inlinable package var isNull: Bool {
    guard case .null = self else { return false }
    return true
  }

  /// The field of an object; nil when absent or when this is no object. Setting nil removes the field; setting on a
  /// value that is no object makes it one.
  @usableFromInline package subscript(_ key: String) -> JSONValue? {
    @inlinable get {
      guard case .object(let fields) = self else { return nil }
      return fields[key]
    }
    set {
      var fields = object ?? [:]
      self = .null  // Keeps the fields uniquely referenced, so that the write below copies nothing.
      fields[key] = newValue
      self = .object(fields)
    }
  }

  /// The element of an array; nil when out of bounds or when this is no array.
  @inlinable package subscript(_ index: Int) -> JSONValue? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The value reached by following the fields in order; nil when one of them is missing.
  package func at(_ path: String...) -> JSONValue? { at(path) }

  /// As above, without an array for the path: two fields are what nearly every reader follows.
  @inlinable package func at(_ first: String, _ second: String) -> JSONValue? { self[first]?[second] }

  /// As above, for three fields.
  @inlinable package func at(_ first: String, _ second: String, _ third: String) -> JSONValue? {
    self[first]?[second]?[third]
  }

  /// The value reached by following the fields in order; nil when one of them is missing.
  package func at(_ path: some Sequence<String>) -> JSONValue? {
    var value = self
    for key in path {
      guard let next = value[key] else { return nil }
      value = next
    }
    return value
  }

  /// Sets the value at the path of fields, making the objects on the way; nil removes the last field.
  package mutating func set(_ value: JSONValue?, at path: String...) { set(value, at: path[...]) }

  /// Sets the value at the path of fields, making the objects on the way; nil removes the last field.
  package mutating func set(_ value: JSONValue?, at path: ArraySlice<String>) {
    guard let key = path.first else {
      if let value { self = value }
      return
    }
    guard path.count > 1 else {
      self[key] = value
      return
    }
    if value == nil, self[key]?.object == nil { return }
    var fields = object ?? [:]
    self = .null  // As above.
    fields.change(key, default: .object([:])) { $0.set(value, at: path.dropFirst()) }
    self = .object(fields)
  }
}

// No nil literal: `value["a"] == nil` must keep asking whether the field is there.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  @usableFromInline package init(stringLiteral value: String) { self = .string(value) }
  @usableFromInline package init(integerLiteral value: Int64) { self = .int(value) }
  @usableFromInline package init(booleanLiteral value: Bool) { self = .bool(value) }
  @usableFromInline package init(floatLiteral value: Double) { self = .double(value) }
  @usableFromInline package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  @usableFromInline package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(JSONFields(elements))
  }
}

extension JSONValue {
  /// A whole number.
  package init(_ value: Int) { self = .int(Int64(value)) }

  /// A string, or null when there is none.
  package init(_ value: String?) { self = value.map(JSONValue.string) ?? .null }

  /// An object of strings, as labels and annotations are.
  package init(_ value: [String: String]) { self = .object(JSONFields(value.mapValues(JSONValue.string))) }
}

extension JSONValue: CustomStringConvertible {
  /// The compact JSON text with sorted keys.
  @usableFromInline package var description: String { text() }
}
