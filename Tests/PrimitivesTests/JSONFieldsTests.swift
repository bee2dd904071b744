import Primitives
import Testing

/// An object's fields behave as a dictionary does, in the order of their names.
@Suite struct JSONFieldsTests {
  /// Names of one length and of several, more than are walked past one by one.
  private static let names = (0..<12).flatMap { ["\($0)", "name\($0)", "a name that is not short \($0)"] }

  private static func ordered(_ fields: [String: JSONValue]) -> [JSONValue] {
    fields.sorted { $0.key < $1.key }.map { [.string($0.key), $0.value] }
  }

  private static func listed(_ fields: JSONFields) -> [JSONValue] {
    fields.map { [.string($0.key), $0.value] }
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func randomChangesDoWhatTheyDoToADictionary(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let names = Self.names.prefix(seed % 2 == 0 ? 10 : Self.names.count)
    var fields: JSONFields = [:]
    var dictionary: [String: JSONValue] = [:]
    for round in 0..<200 {
      guard let name = names.randomElement(using: &random) else { return }
      #expect(fields[name] == dictionary[name])
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        fields[name] = nil
        dictionary[name] = nil
      case 1: #expect(fields.removeValue(forKey: name) == dictionary.removeValue(forKey: name))
      case 2:
        fields.change(name, default: "new") { $0 = .array([$0]) }
        dictionary[name] = .array([dictionary[name] ?? "new"])
      default:
        fields[name] = JSONValue(round)
        dictionary[name] = JSONValue(round)
      }
    }
    #expect(Self.listed(fields) == Self.ordered(dictionary))
    #expect(fields == JSONFields(dictionary))
    #expect(fields.hashValue == JSONFields(dictionary).hashValue)
    #expect(fields.compactMapValues(\.int) == dictionary.compactMapValues(\.int))
  }

  @Test(arguments: 0..<50 as Range<UInt64>)
  func ofFieldsInAnyOrderTheLastOneOfANameCounts(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let pairs = (0..<Int.random(in: 0...60, using: &random)).compactMap { index in
      Self.names.randomElement(using: &random).map { ($0, JSONValue(index)) }
    }
    let dictionary = Dictionary(pairs, uniquingKeysWith: { $1 })
    #expect(Self.listed(JSONFields(pairs)) == Self.ordered(dictionary))
  }

  @Test func mergingChoosesBetweenTwoOfAName() {
    let fields: JSONFields = ["b": 1, "a": 2]
    #expect(fields.merging(["c": 3, "a": 4]) { $1 } == ["a": 4, "b": 1, "c": 3])
    #expect(fields.merging(["c": 3, "a": 4]) { old, _ in old } == ["a": 2, "b": 1, "c": 3])
  }
}
