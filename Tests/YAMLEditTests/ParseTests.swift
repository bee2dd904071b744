import Primitives
import Testing
import YAMLEdit

@Suite("Reading YAML")
struct ParseTests {
  private func parse(_ text: String) throws -> [YAMLDocument] { try YAML.parse(Array(text.utf8)) }

  private func value(_ text: String) throws -> JSONValue { try #require(try parse(text).first).json }

  @Test(
    "reads scalars as Kubernetes does",
    arguments: [
      ("yes", true), ("No", false), ("on", true), ("OFF", false), ("y", true), ("N", false), ("true", true),
      ("False", false), ("tRue", "tRue"), ("'yes'", "yes"), ("\"no\"", "no"), ("yess", "yess"),
      ("~", .null), ("null", .null), ("Null", .null), ("", .null), ("nULL", "nULL"), ("''", ""),
      ("0", 0), ("-17", -17), ("+3", 3), ("1_000", 1000), ("0x1F", 31), ("0X1f", 31), ("0o17", 15),
      ("017", 15),
      ("0b101", 5), ("-0b11", -3), ("-0x10", -16), ("08", 8), ("0o9", "0o9"), ("0x", "0x"), ("+-1", "+-1"),
      ("9223372036854775807", 9_223_372_036_854_775_807), ("9223372036854775808", 9.223372036854775808e18),
      ("0xFFFFFFFFFFFFFFFF", 1.8446744073709551615e19), ("1.5", 1.5), ("1.0", 1), ("1.", 1), (".5", 0.5),
      ("-.5e1", -5), ("1e3", 1000), ("1E-2", 0.01), ("1e", "1e"), (".", "."), ("1.2.3", "1.2.3"),
      ("1e999", "1e999"),
      ("+", "+"), ("-", "-"), ("0.1_5", 0.15), ("12:30:45", "12:30:45"), ("2026-11-21", "2026-11-21"),
      ("2026-11-21T07:46:00Z", "2026-11-21T07:46:00Z"), ("!!str 1", "1"), ("!!int '7'", 7), ("!!float 1", 1),
      ("!!bool 'yes'", true), ("!custom 1", "1"), ("! 1", "1"), ("v1.2", "v1.2"), ("_1", "_1"), ("=", "="),
    ] as [(String, JSONValue)]
  )
  func scalars(_ text: String, _ expected: JSONValue) throws {
    // In a list, since a lone `-` opens one at the root.
    let text = text == "-" ? "[\"-\"]" : "[\(text.isEmpty ? "~" : text)]"
    #expect(try value(text) == [expected])
  }

  @Test(
    "makes keys strings",
    arguments: [
      ("1: a", "1"), ("yes: a", "true"), ("1.5: a", "1.5"), ("0x10: a", "16"), ("\"1\": a", "1"),
      ("é: a", "é"),
    ]
  )
  func keys(_ text: String, _ key: String) throws { #expect(try value(text) == .object([key: "a"])) }

  @Test("resolves aliases and merge keys in the order of the text")
  func merges() throws {
    let text = """
      a: &a {x: 1, k: 2}
      b: &b {x: 3, z: 4}
      one: {<<: *a, k: 5}
      two: {<<: [*a, *b]}
      late: {k: 6, <<: *a}
      quoted: {"<<": 1}
      again: &a [1]
      last: *a
      """
    let json = try value(text)
    #expect(json["one"] == ["x": 1, "k": 5])
    #expect(json["two"] == ["x": 1, "k": 2, "z": 4])
    #expect(json["late"] == ["x": 1, "k": 2])
    #expect(json["quoted"] == ["<<": 1])
    #expect(json["last"] == [1])
  }

  @Test("keeps every document, empty ones too")
  func documents() throws {
    #expect(try parse("").isEmpty)
    #expect(try parse("# only a comment\n").isEmpty)
    #expect(try parse("---\n---\na: 1\n...\n---\n# c\n").map(\.json) == [.null, ["a": 1], .null])
  }

  @Test("keeps the last of duplicate keys and says where they are")
  func duplicates() throws {
    let document = try #require(try parse("a: 1\nb: {c: 1, c: 2}\na: 3\n").first)
    #expect(document.json == ["a": 3, "b": ["c": 2]])
    #expect(document.duplicateKeys.map(\.key) == ["c", "a"])
    #expect(document.duplicateKeys.map(\.mark.line) == [2, 3])
  }

  @Test("gives lines and columns from 1 in code points, offsets in bytes")
  func positions() throws {
    let text = "\u{FEFF}a: \"é→😀\"\r\nbé: {ключ: [1, x]}\r\n"
    let document = try #require(try parse(text).first)
    #expect(document.position(of: ["a"]) == YAMLMark(line: 1, column: 1, offset: 3))
    let item = try #require(document.position(of: ["bé", "ключ", 1]))
    #expect((item.line, item.column) == (2, 16))
    #expect(Array(text.utf8)[item.offset] == UInt8(ascii: "x"))
    #expect(document.position(of: ["bé", "none"]) == nil)
    #expect(document.nearestPosition(of: ["bé", "none", 3]).line == 2)
    let value = try #require(document.root.entries(named: "a"))
    #expect(String(decoding: Array(text.utf8)[value.bytes], as: UTF8.self) == "\"é→😀\"")
  }

  @Test("ends a block collection with its last scalar, and a block scalar before its line break")
  func spans() throws {
    let text = "a:\n  b: 1 # c1\n  # c2\n\n# c3\nd: |\n  x\n\ne: &n !!map\n  f:\ng: 1\n"
    let root = try #require(try parse(text).first).root
    func span(_ key: String) -> String? {
      root.entries(named: key).map { String(decoding: Array(text.utf8)[$0.bytes], as: UTF8.self) }
    }
    #expect(span("a") == "b: 1")
    #expect(span("d") == "|\n  x")
    #expect(span("e") == "&n !!map\n  f:")
  }

  @Test("gives spans that read as the node does, all through the corpus", arguments: FixtureCase.all)
  func spansOfCorpus(_ fixture: FixtureCase) {
    guard let documents = try? YAML.parse(fixture.before) else { return }
    func check(_ node: YAMLNode) {
      #expect(0 <= node.start.offset && node.start.offset <= node.end && node.end <= fixture.before.count)
      switch node.content {
      case .alias: break
      case .sequence(let items, _): items.forEach(check)
      case .mapping(let entries, _):
        for entry in entries {
          check(entry.key)
          check(entry.value)
        }
      case .scalar(let text, let style):
        let bytes = Array(fixture.before[node.bodyStart..<node.end])
        switch style {
        case .plain, .singleQuoted, .doubleQuoted:
          let alone = try? YAML.parse(bytes).first?.root.content
          guard case .scalar(let again, let sameStyle)? = alone else {
            #expect(text.isEmpty && bytes.isEmpty)
            return
          }
          #expect(again == text && sameStyle == style)
        case .literal: #expect(bytes.first == UInt8(ascii: "|"))
        case .folded: #expect(bytes.first == UInt8(ascii: ">"))
        }
      }
    }
    for document in documents { check(document.root) }
  }

  @Test(
    "refuses what Kubernetes could not read, with the place",
    arguments: [
      ("a: [1\nb: 2\n", 2, 2), ("a: b: c\n", 1, 5), ("a: *b\n", 1, 4), ("a: &a [*a]\n", 1, 8),
      ("\ta: 1\n", 1, 1),
      ("a: .nan\n", 1, 4), ("a: [.inf]\n", 1, 5), ("? [1]\n: a\n", 1, 3), ("~: a\n", 1, 1),
      ("a: !!int x\n", 1, 4),
      ("a: !!binary eA==\n", 1, 4), ("<<: 1\n", 1, 5), ("a: 1\n b: 2\n", 2, 3), ("a: \"\\q\"\n", 1, 5),
    ]
  )
  func errors(_ text: String, _ line: Int, _ column: Int) {
    #expect {
      try parse(text)
    } throws: { error in
      guard let error = error as? YAMLError else { return false }
      #expect((error.line, error.column) == (line, column), "\(error)")
      #expect(!error.message.isEmpty && !error.message.contains("\n"))
      return true
    }
  }

  @Test("says where bytes that are no text stand")
  func badBytes() {
    for (bytes, line, offset) in [([0x61, 0x3A, 0x20, 0x0A, 0xFF], 2, 4), ([0x61, 0x00], 1, 1)]
      as [([UInt8], Int, Int)]
    {
      #expect {
        try YAML.parse(bytes)
      } throws: { error in
        (error as? YAMLError)?.line == line && (error as? YAMLError)?.offset == offset
      }
    }
  }

  @Test("refuses bombs of aliases and of nesting at once")
  func bombs() {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      bomb +=
        "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
    }
    #expect { try parse(bomb) } throws: { "\($0)".contains("aliases bring in more than") }
    let nested = String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000)
    #expect { try parse(nested) } throws: { "\($0)".contains("nested deeper than 200") }
    let blocks = (0..<500).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect { try parse(blocks) } throws: { "\($0)".contains("nested deeper than 200") }
  }
}

extension YAMLNode {
  /// The value of a key of this mapping.
  fileprivate func entries(named name: String) -> YAMLNode? {
    guard case .mapping(let entries, _) = content else { return nil }
    return entries.first { $0.name == name }?.value
  }
}
