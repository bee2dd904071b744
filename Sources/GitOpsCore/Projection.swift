import Primitives

/// Compares a live object with what a manifest asks of it: fields the manifest does not name are nobody's business.
enum Projection {
  /// The part of a value that a shape names.
  ///
  /// Lists whose elements all have distinct names are matched by name, in the shape's order; other lists count as a
  /// whole, element by element.
  static func project(_ value: JSONValue, onto shape: JSONValue) -> JSONValue {
    switch (shape, value) {
    case (.object(let wanted), .object(let fields)):
      var result: JSONFields = [:]
      for (key, child) in wanted {
        if let field = fields[key] { result[key] = project(field, onto: child) }
      }
      return .object(result)
    case (.array(let wanted), .array(let elements)):
      if let names = names(of: wanted), let places = places(of: elements) {
        return .array(
          zip(names, wanted).compactMap { name, child in
            places[name].map { project(elements[$0], onto: child) }
          }
        )
      }
      guard wanted.count == elements.count else { return value }
      return .array(zip(elements, wanted).map { project($0, onto: $1) })
    default: return value
    }
  }

  /// The value without what an API server leaves out or writes otherwise: nulls, empty maps, lists and strings, whole
  /// numbers written with a fraction.
  static func normalized(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let fields):
      .object(fields.mapValues(normalized).filter { !isEmpty($0.value) })
    case .array(let elements): .array(elements.map(normalized))
    case .double(let number): Int64(exactly: number).map(JSONValue.int) ?? value
    default: value
    }
  }

  /// The names of a list's elements, when each has one and no two are the same.
  static func names(of elements: [JSONValue]) -> [String]? {
    let names = elements.compactMap { $0["name"]?.string }
    guard !names.isEmpty, names.count == elements.count, Set(names).count == names.count else { return nil }
    return names
  }

  private static func places(of elements: [JSONValue]) -> [String: Int]? {
    names(of: elements).map { Dictionary(uniqueKeysWithValues: zip($0, 0...)) }
  }

  private static func isEmpty(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .object([:]), .array([]), .string(""): true
    default: false
    }
  }
}
