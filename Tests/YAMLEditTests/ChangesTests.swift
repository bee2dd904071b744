import Primitives
import Testing
import YAMLEdit

@Suite("Changes from one value to another")
struct ChangesTests {
  private func changes(_ old: JSONValue, _ new: JSONValue) -> [YAMLChange] {
    YAMLChange.changes(from: old, to: new, at: ["spec"])
  }

  @Test("are none for equal values")
  func none() { #expect(changes(["a": [1]], ["a": [1]]).isEmpty) }

  @Test("go key by key in mappings")
  func mappings() {
    #expect(
      changes(["a": 1, "b": ["c": 1], "d": 1], ["a": 1, "b": ["c": 2], "e": 3])
        == [.set(["spec", "b", "c"], 2), .insert(["spec", "e"], 3), .remove(["spec", "d"])]
    )
  }

  @Test("match items of lists by their names")
  func namedItems() {
    let old: JSONValue = [["name": "a", "v": 1], ["name": "b", "v": 1], ["name": "c", "v": 1]]
    let new: JSONValue = [["name": "n"], ["name": "b", "v": 2], ["name": "c", "v": 1]]
    #expect(
      changes(old, new)
        == [.remove(["spec", 0]), .insert(["spec", 0], ["name": "n"]), .set(["spec", 1, "v"], 2)]
    )
  }

  @Test("replace lists of names in another order, and other lists of another length")
  func replacedLists() {
    let old: JSONValue = [["name": "a"], ["name": "b"]]
    let new: JSONValue = [["name": "b", "x": 1], ["name": "a", "x": 1]]
    // Equally long: item by item, names and all.
    #expect(changes(old, new).count == 4)
    #expect(changes([1, 2], [1, 3]) == [.set(["spec", 1], 3)])
    #expect(changes([1, 2], [1]) == [.set(["spec"], [1])])
  }

  @Test("give the target when they are applied to the emitted document, whatever the two values are")
  func applied() throws {
    var values = RandomValue(random: SeededRandom(seed: 2))
    let selector = DocumentSelector(apiVersion: "v1", kind: "Thing", name: "x")
    let head: JSONValue = ["apiVersion": "v1", "kind": "Thing", "metadata": ["name": "x"]]
    for round in 0..<600 {
      var old = head
      old["spec"] = values.object()
      var new = head
      new["spec"] = round % 3 == 0 ? values.object() : nudge(old["spec"] ?? .null, &values)
      let changes = YAMLChange.changes(from: old, to: new, at: [])
      var folded = old
      for change in changes { folded = try change.applied(to: folded) }
      try #require(folded == new, "round \(round)")
      let text = YAML.emit(old)
      do {
        let result = try YAMLEditor.apply(changes, to: selector, in: Array(text.utf8))
        try #require(try YAML.parse(result).map(\.json) == [new], "round \(round)")
      } catch {
        Issue.record("round \(round): \(error): \(changes) in\n\(text)")
        return
      }
    }
  }

  /// The value with some parts of it changed, added and removed.
  private func nudge(_ value: JSONValue, _ values: inout RandomValue) -> JSONValue {
    let roll = Int.random(in: 0..<8, using: &values.random)
    if roll == 0 { return values.value(depth: 3) }
    switch value {
    case .object(var fields):
      for key in fields.keys.sorted() {
        if Int.random(in: 0..<6, using: &values.random) == 0 { fields[key] = nil }
        if let field = fields[key], Bool.random(using: &values.random) { fields[key] = nudge(field, &values) }
      }
      if roll < 3 { fields[values.string()] = values.value(depth: 3) }
      return .object(fields)
    case .array(let elements): return .array(elements.map { nudge($0, &values) })
    default: return roll < 3 ? values.value(depth: 4) : value
    }
  }
}
