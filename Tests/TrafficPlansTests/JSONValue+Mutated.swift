import Primitives

extension JSONValue {
  private static let junk: [JSONValue] = [
    .null, true, 0, -1, 1, 999, .int(.max), .int(.min), 0.5, "", "x", "web-stable", "web-canary", "{", "80",
    .array([]), .object([:]), [.null], ["a"], ["name": "web-canary"],
  ]

  /// The same with a value somewhere inside changed, removed or given twice.
  func mutated(_ random: inout SeededRandom) -> JSONValue {
    let mayStop = Int.random(in: 0..<5, using: &random) == 0
    if !mayStop, let fields = object, let (name, value) = fields.randomElement(using: &random) {
      var changed = self
      changed[name] =
        Int.random(in: 0..<12, using: &random) == 0 ? nil : value.mutated(&random)
      return changed
    }
    if !mayStop, var elements = array, let index = elements.indices.randomElement(using: &random) {
      switch Int.random(in: 0..<10, using: &random) {
      case 0: elements.remove(at: index)
      case 1: elements.insert(elements[index], at: index)
      case 2: elements.swapAt(index, 0)
      default: elements[index] = elements[index].mutated(&random)
      }
      return .array(elements)
    }
    return Self.junk.randomElement(using: &random) ?? .null
  }
}
