import Primitives
import Testing

@Suite struct JSONValueTests {
  @Test(arguments: [
    #"{"a":[1,-2.5,"x\ny",true,null],"b":{}}"#, "[]", "0", #""é→😀""#,
  ])
  func writesWhatItReads(text: String) throws {
    #expect(try JSONValue(parsing: text).text() == text)
  }

  @Test(arguments: ["", "{", "[1,]", "01", #"{"a" 1}"#, "\"\u{1}\"", "nul", "1 2", #""\x""#])
  func refusesWhatIsNotJSON(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }

  @Test func decodesEscapesAndSurrogates() throws {
    #expect(try JSONValue(parsing: #""\u00e9\ud83d\ude00\ud800x""#) == "é😀\u{FFFD}x")
  }

  @Test(arguments: [
    (
      #"{"metadata":{"managedFields":[{"f":{"k:{\"x\":1}":{}}}, "}]\\"],"name":"web"}}"#,
      #"{"metadata":{"name":"web"}}"#
    ),
    (#"{"metadata":{"name":"web","managedFields":7}}"#, #"{"metadata":{"name":"web"}}"#),
    (#"{"metadata":{"managedFields":null}}"#, #"{"metadata":{}}"#),
    (
      #"{"spec":{"managedFields":[1]},"managedFields":2}"#,
      #"{"managedFields":2,"spec":{"managedFields":[1]}}"#
    ),
    (
      #"[{"metadata":{"managedFields":[]}},{"metadata":{"a":[{},[1]]}}]"#,
      #"[{"metadata":{}},{"metadata":{"a":[{},[1]]}}]"#
    ),
  ])
  func leavesOutAField(text: String, rest: String) throws {
    let omission = JSONOmission(of: "managedFields", in: "metadata")
    #expect(try JSONValue(parsing: Array(text.utf8), leavingOut: omission).text() == rest)
    for end in 0..<text.utf8.count {
      let cut = Array(text.utf8.prefix(end))
      #expect(throws: JSONError.self) { try JSONValue(parsing: cut, leavingOut: omission) }
    }
  }

  @Test func survivesTenThousandRandomMutations() {
    var random = SeededRandom(seed: 7)
    let seed = Array(#"{"a":[1,-2.5e3,"x\n\u00e9",true,null],"b":{"c":[]}}"#.utf8)
    for _ in 0..<10_000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      guard let value = try? JSONValue(parsing: bytes) else { continue }
      #expect((try? JSONValue(parsing: value.bytes())) == value)
    }
  }

  @Test func setsAndRemovesAtPaths() {
    var value: JSONValue = ["a": ["b": 1]]
    value.set(2, at: "a", "c", "d")
    value.set(nil, at: "a", "b")
    value.set(nil, at: "x", "y")
    #expect(value == ["a": ["c": ["d": 2]]])
  }
}
