import Primitives
import Testing
import YAMLEdit

@Suite("Writing YAML")
struct EmitTests {
  @Test("writes blocks with sorted keys, literal blocks for lines, and quotes where a word could be misread")
  func looks() {
    let value: JSONValue = [
      "b": ["x", 1, ["k": "v", "a": []], [1, 2]], "a": ["yes": "no", "n": .null, "e": [:]],
      "script": "one\ntwo\n", "v": "1.10",
      "image": "registry:5000/shop@sha256:0a",
    ]
    #expect(
      YAML.emit(value) == """
        a:
          e: {}
          "n": null
          "yes": "no"
        b:
        - x
        - 1
        - a: []
          k: v
        - - 1
          - 2
        image: registry:5000/shop@sha256:0a
        script: |
          one
          two
        v: "1.10"

        """
    )
  }

  @Test("reads back every value that it writes")
  func roundTrip() throws {
    var values = RandomValue(random: SeededRandom(seed: 1))
    for round in 0..<5000 {
      let value = values.value()
      let text = YAML.emit(value)
      let documents = try YAML.parse(Array(text.utf8))
      try #require(
        documents.map(\.json) == [value],
        "round \(round): \(value.text()) was written as\n\(text)"
      )
    }
  }

  @Test("reads back keys too long for one line and values as deep as the limit")
  func extremes() throws {
    let long = String(repeating: "key ", count: 500)
    var deep: JSONValue = "end"
    for level in 0..<190 { deep = level % 2 == 0 ? [deep] : ["k": deep] }
    let value = JSONValue.object([long: ["a": 1], long + "2": "v", "deep": deep])
    #expect(try YAML.parse(Array(YAML.emit(value).utf8)).map(\.json) == [value])
  }
}
