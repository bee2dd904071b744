import Primitives
import Testing

@testable import MetricProviders

@Suite struct JSONPathTests {
  private static let document: JSONValue = [
    "kind": "List",
    "items": [
      ["name": "a", "value": 1, "ready": true, "labels": ["app.kubernetes.io/name": "x", "tier": "web"]],
      ["name": "b", "value": 2.5, "ready": false],
      ["name": "c", "value": 10, "ready": .null, "deep": ["name": "d"]],
    ],
    "it's": ["k e y": "odd"],
    "limit": 2,
    "empty": [],
    "nothing": .null,
  ]

  @Test(
    arguments: [
      ("{.kind}", ["List"]),
      ("{$.kind}", ["List"]),
      ("{kind}", ["List"]),
      ("{@.kind}", ["List"]),
      (" { $.kind } ", ["List"]),
      ("{['kind']}", ["List"]),
      ("{.['kind']}", ["List"]),
      ("{$['kind', \"limit\"]}", ["List", 2]),
      ("{.it\\'s['k e y']}", ["odd"]),
      ("{['it\\'s'].k\\ e\\ y}", ["odd"]),
      ("{.items[0].name}", ["a"]),
      ("{.items[-1].name}", ["c"]),
      ("{.items[0,2].name}", ["a", "c"]),
      ("{.items[0:2,2].name}", ["a", "b", "c"]),
      ("{.items[*]['deep.name', 'name']}", ["d", "a", "b", "c"]),
      ("{.items[0].labels['app.kubernetes.io/name']}", ["x"]),
      ("{.items[0].labels['app\\.kubernetes\\.io/name']}", ["x"]),
      ("{.items[0]['labels.app\\.kubernetes\\.io/name']}", ["x"]),
      ("{.items[0]['labels.none']}", []),
      ("{...name}", ["a", "b", "c", "d"]),
      ("{.items[ 1 ].value}", [2.5]),
      ("{.items[*].name}", ["a", "b", "c"]),
      ("{.items.*.name}", ["a", "b", "c"]),
      ("{.items[0:2].name}", ["a", "b"]),
      ("{.items[1:].name}", ["b", "c"]),
      ("{.items[:-1].name}", ["a", "b"]),
      ("{.items[-2:].name}", ["b", "c"]),
      ("{.items[::2].name}", ["a", "c"]),
      ("{.items[2:1].name}", []),
      ("{.items[0:99].name}", ["a", "b", "c"]),
      ("{.items[0].labels.app\\.kubernetes\\.io/name}", ["x"]),
      ("{.items[0].labels.*}", ["x", "web"]),
      ("{..name}", ["a", "b", "c", "d"]),
      ("{..deep.name}", ["d"]),
      ("{..['name']}", ["a", "b", "c", "d"]),
      ("{..[2].name}", ["c"]),
      ("{.items[?(@.name == \"b\")].value}", [2.5]),
      ("{.items[?(@.name=='b')].value}", [2.5]),
      ("{.items[?(@.value > 2)].name}", ["b", "c"]),
      ("{.items[?(@.value >= 2.5)].name}", ["b", "c"]),
      ("{.items[?(@.value<=2.5)].name}", ["a", "b"]),
      ("{.items[?(@.value < -1)].name}", []),
      ("{.items[?(@.value != 1)].name}", ["b", "c"]),
      ("{.items[?(@.value > $.limit)].name}", ["b", "c"]),
      ("{.items[?(@.ready == true)].name}", ["a"]),
      ("{.items[?(@.ready == null)].name}", ["c"]),
      ("{.items[?(@.ready != true)].name}", ["b", "c"]),
      ("{.items[?(@.deep)].name}", ["c"]),
      ("{.items[?(@.deep.name==\"d\")].name}", ["c"]),
      ("{.items[?(@.labels['tier'] == 'web')].name}", ["a"]),
      ("{.items[?(@.name > \"a\")].name}", ["b", "c"]),
      ("{.items[?(@.value > \"a\")].name}", []),
      ("{.empty}", [[]]),
      ("{.empty[*]}", []),
      ("{.nothing}", [.null]),
      ("{.nothing.more}", []),
      ("{.kind.more}", []),
      ("{.items.name}", []),
      ("{.missing}", []),
      ("{.items[7]}", []),
      ("{.items[-7]}", []),
    ] as [(String, [JSONValue])]
  )
  func `a path leads to its values in order`(path: String, values: [JSONValue]) throws {
    #expect(try JSONPath(parsing: path).matches(in: Self.document) == values)
  }

  @Test(arguments: ["{$}", "{}", "{.}", "{@}"])
  func `the root is the whole document`(path: String) throws {
    #expect(try JSONPath(parsing: path).first(in: Self.document) == Self.document)
  }

  @Test(arguments: [
    ("", "character 1: a path stands in braces"),
    (".a", "character 1: a path stands in braces"),
    ("{.a", "character 4: the brace is not closed"),
    ("{.a} tail", "character 6: text after the closing brace"),
    ("{.a}{.b}", "character 5: text after the closing brace"),
    ("{.a[}", "character 5: an index, a name or * is missing"),
    ("{.a[0}", "character 6: the bracket is not closed"),
    ("{.a['b}", "the quote is not closed"),
    ("{.a[::0]}", "the step of a slice must be positive"),
    ("{.a[99999999999999999999]}", "not an index"),
    ("{.a[0,]}", "an index, a name or * is missing"), ("{.a['b',]}", "an index, a name or * is missing"),
    ("{.a\\", "nothing after the backslash"),
    ("{range .items[*]}{.a}{end}", "unexpected character"),
    ("{.a[?(@.b == )]}", "\"\" is no path"),
    ("{.a[?(@.b == word)]}", "\"word\" is no path"),
    ("{.a[?(@.b == 1 && @.c == 2)]}", "is no single comparison"),
    ("{.a[?@.b]}", "a filter stands in ?( )"),
  ])
  func `a malformed path says where and why`(path: String, reason: String) {
    do throws(JSONPathError) {
      _ = try JSONPath(parsing: path)
      Issue.record("\(path) was taken")
    } catch {
      #expect(error.description.contains(reason), "\(error)")
    }
  }

  @Test func `two dots alone lead everywhere`() throws {
    #expect(try JSONPath(parsing: "{..}").matches(in: ["a": [1, 2]]) == [["a": [1, 2]], [1, 2], 1, 2])
  }

  @Test func `a path without a value names itself`() throws {
    do throws(JSONPathError) {
      _ = try JSONPath(parsing: "{.a.b}").first(in: ["a": [:]])
      Issue.record("found something")
    } catch {
      #expect(error.description == "nothing found at {.a.b}")
    }
  }

  @Test func `a path that multiplies is stopped`() throws {
    var deep: JSONValue = 1
    for _ in 0..<60 { deep = ["a": deep, "b": deep["a"] ?? 2] }
    let path = try JSONPath(parsing: "{" + String(repeating: "..*", count: 12) + "}")
    #expect(throws: JSONPathError.self) { try path.matches(in: deep) }
  }

  @Test func `deeply nested filters are refused, not crashed on`() {
    let path = "{" + String(repeating: "[?(@", count: 5000)
    #expect(throws: JSONPathError.self) { try JSONPath(parsing: path) }
  }

  @Test func `any text is a path or an error, and any path ends`() throws {
    let pieces = [
      "{", "}", "$", "@", ".", "..", "[", "]", "*", "'", "\"", "?(", ")", "==", "<", ":", ",", "-", "0", "1",
      "a",
      "items", "name", "\\", " ", "é", "😀", "\u{0}", "true", "{.items", "[?(@.name", "[*]", "['a']", "]}",
      "[0:2]",
    ]
    var random = SeededRandom(seed: 7)
    var parsed = 0
    for _ in 0..<60_000 {
      var text = Bool.random(using: &random) ? "{" : ""
      for _ in 0..<Int.random(in: 0...9, using: &random) {
        text += pieces.randomElement(using: &random) ?? ""
      }
      if Bool.random(using: &random) { text += "}" }
      guard let path = try? JSONPath(parsing: text) else { continue }
      parsed += 1
      _ = try path.matches(in: Self.document)
      #expect(path.text == text)
    }
    #expect(parsed > 1000)
  }
}
