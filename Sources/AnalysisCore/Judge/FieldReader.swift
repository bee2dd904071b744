import Primitives

/// Reads the fields of an object strictly, and remembers what is wrong with them.
struct FieldReader {
  private let path: String
  private let json: JSONValue
  private var known: Set<String> = []
  private(set) var issues: [AnalysisIssue] = []

  init(_ json: JSONValue, at path: String) {
    self.json = json
    self.path = path
    if json.object == nil { issues.append(AnalysisIssue(path: path, reason: "must be an object")) }
  }

  /// The field as it stands; nil when absent or null.
  mutating func value(_ name: String) -> JSONValue? {
    known.insert(name)
    return json[name].flatMap { $0.isNull ? nil : $0 }
  }

  /// A number, or a text that is one, as arguments put them in.
  mutating func number(_ name: String, _ fallback: Double, _ range: ClosedRange<Double>) -> Double {
    guard let value = value(name) else { return fallback }
    guard let number = value.double ?? value.string.flatMap(Double.init), range.contains(number) else {
      let (low, high) = (GoFormat.plain(range.lowerBound), GoFormat.plain(range.upperBound))
      fail(name, "must be a number from \(low) to \(high)")
      return fallback
    }
    return number
  }

  mutating func whole(_ name: String, _ fallback: Int, _ range: ClosedRange<Int>) -> Int {
    let bounds = Double(range.lowerBound)...Double(range.upperBound)
    let number = number(name, Double(fallback), bounds)
    if number.rounded() != number { fail(name, "must be a whole number") }
    return Int(number)
  }

  mutating func numbers(_ name: String, _ range: ClosedRange<Double>) -> [Double]? {
    guard let value = value(name) else { return nil }
    let numbers = (value.array ?? []).compactMap { $0.double ?? $0.string.flatMap(Double.init) }
    let isRising = zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }
    guard let elements = value.array, !elements.isEmpty, numbers.count == elements.count, isRising,
      numbers.allSatisfy(range.contains)
    else {
      let (low, high) = (GoFormat.plain(range.lowerBound), GoFormat.plain(range.upperBound))
      fail(name, "must be a rising list of numbers from \(low) to \(high)")
      return nil
    }
    return numbers
  }

  mutating func flag(_ name: String, _ fallback: Bool) -> Bool {
    guard let value = value(name) else { return fallback }
    if value.bool == nil { fail(name, "must be true or false") }
    return value.bool ?? fallback
  }

  /// A text that is not empty; an issue when it is missing.
  mutating func text(_ name: String) -> String {
    guard let text = value(name)?.string, !text.isEmpty else {
      fail(name, "must be a query")
      return ""
    }
    return text
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, _ fallback: Choice) -> Choice
  where Choice.RawValue == String {
    guard let value = value(name) else { return fallback }
    guard let choice = value.string.flatMap(Choice.init) else {
      fail(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
      return fallback
    }
    return choice
  }

  /// Reads an object within, with its own strictness; nothing when it is absent.
  mutating func inside<Value>(_ name: String, _ read: (inout FieldReader) -> Value) -> Value? {
    guard let value = value(name) else { return nil }
    var reader = FieldReader(value, at: "\(path).\(name)")
    let result = read(&reader)
    issues += reader.finish()
    return result
  }

  mutating func fail(_ name: String, _ reason: String) {
    issues.append(AnalysisIssue(path: name.isEmpty ? path : "\(path).\(name)", reason: reason))
  }

  /// The issues, and one for every field that nobody asked for.
  mutating func finish() -> [AnalysisIssue] {
    for name in (json.object ?? [:]).keys.sorted() where !known.contains(name) {
      fail(name, "unknown field")
    }
    return issues
  }
}
