import Primitives
import Testing
import YAMLEdit

@Suite("Mutated texts")
struct FuzzTests {
  private static let rounds = 20_000

  @Test("never crash the parser nor the editor, and every edit that succeeds is what was asked")
  func mutations() throws {
    var random = SeededRandom(seed: 3)
    var values = RandomValue(random: SeededRandom(seed: 4))
    let corpus = FixtureCase.all
    var parsed = 0
    var edited = 0
    for round in 0..<Self.rounds {
      guard let fixture = corpus.randomElement(using: &random) else { return }
      var bytes = fixture.before
      for _ in 0..<Int.random(in: 0...3, using: &random) { mutate(&bytes, &random) }
      guard let documents = parse(bytes) else { continue }
      parsed += 1
      guard
        let index = documents.indices.first(where: { fixture.selector == selector(of: documents[$0].json) })
      else {
        continue
      }
      let change = change(to: documents[index].json, &random, &values)
      do throws(YAMLEditError) {
        let result = try YAMLEditor.apply([change], to: fixture.selector, in: bytes)
        edited += 1
        let expected = try change.applied(to: documents[index].json)
        let after = parse(result) ?? []
        #expect(after.count == documents.count, "round \(round): \(change)")
        for other in after.indices where after.count == documents.count {
          #expect(
            after[other].json == (other == index ? expected : documents[other].json),
            "round \(round): \(change)"
          )
        }
      } catch {
        #expect(!error.message.isEmpty && !error.message.contains("\n"), "round \(round)")
      }
    }
    print("fuzz: \(Self.rounds) mutations, \(parsed) parsed, \(edited) edited and proved")
    #expect(parsed > 5000 && edited > 3000)
  }

  private func parse(_ bytes: [UInt8]) -> [YAMLDocument]? {
    do throws(YAMLError) {
      return try YAML.parse(bytes)
    } catch {
      // The place must lie in the text.
      #expect(error.line > 0 && error.column > 0 && (0...bytes.count).contains(error.offset), "\(error)")
      return nil
    }
  }

  private func selector(of object: JSONValue) -> DocumentSelector {
    DocumentSelector(
      apiVersion: object["apiVersion"]?.string ?? "",
      kind: object["kind"]?.string ?? "",
      namespace: nil,
      name: object.at("metadata", "name")?.string ?? ""
    )
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    let marks = Array("\n\r\t :-#&*!|>'\"{}[],?%@~ax0\u{FEFF}é".utf8)
    let place = Int.random(in: 0...bytes.count, using: &random)
    let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes.insert(marks.randomElement(using: &random) ?? 0, at: place)
    case 1 where place < bytes.count: bytes[place] = marks.randomElement(using: &random) ?? 0
    case 2: bytes.removeSubrange(place..<end)
    case 3:
      bytes.insert(contentsOf: Array(bytes[place..<end]), at: Int.random(in: 0...bytes.count, using: &random))
    case 4: bytes = Array(bytes[..<place])
    default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
    }
  }

  /// A change somewhere in the value, most often at a place that exists.
  private func change(
    to value: JSONValue,
    _ random: inout SeededRandom,
    _ values: inout RandomValue
  ) -> YAMLChange {
    var path: [YAMLPathElement] = []
    var value = value
    while path.isEmpty || Int.random(in: 0..<4, using: &random) > 0 {
      if let key = value.object?.keys.sorted().randomElement(using: &random), let next = value[key] {
        path.append(.key(key))
        value = next
      } else if let elements = value.array, let index = elements.indices.randomElement(using: &random) {
        path.append(.index(index))
        value = elements[index]
      } else {
        break
      }
    }
    switch Int.random(in: 0..<5, using: &random) {
    case 0: return .remove(path)
    case 1 where value.object != nil: return .insert(path + [.key(values.string())], values.value(depth: 3))
    case 1, 2:
      guard let count = value.array?.count else { return .set(path, values.value(depth: 3)) }
      return .insert(path + [.index(Int.random(in: 0...count, using: &random))], values.value(depth: 3))
    case 3: return .set(path, .string(values.string()))
    default: return .set(path, values.value(depth: 3))
    }
  }
}
