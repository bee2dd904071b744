import KubeClient
import KubeModel
import Logging
import Primitives
import Testing

@testable import CommandLineKit

@Suite struct TextTests {
  @Test func columnsAreAsWideAsTheirWidestCellAndLinesEndWithoutBlanks() {
    var table = Table(header: ["NAME", "AGE", "INFO"])
    table.add(["a", "12345s", "x"])
    table.add(["⧉ långt namn", "1s", ""])
    #expect(
      table.lines == ["NAME          AGE     INFO", "a             12345s  x", "⧉ långt namn  1s"]
    )
  }

  @Test func escapeSequencesTakeNoColumns() {
    var table = Table(header: ["A", "B"])
    table.add([Style.good("ok", color: true), "x"])
    table.add(["plain", "y"])
    #expect(table.lines == ["A      B", "\u{1B}[32mok\u{1B}[0m     x", "plain  y"])
  }

  @Test func textIsPaddedOnEitherSide() {
    #expect(Table.pad("ab", 4) == "ab  ")
    #expect(Table.pad("ab", 4, right: true) == "  ab")
    #expect(Table.pad("abcde", 4) == "abcde")
  }

  @Test func controlCharactersOfOthersBecomeBlanks() {
    #expect("red\u{1B}[31m\r\nline\u{2028}end".printable == "red [31m  line end")
    #expect("Grüße 😀 ⟳".printable == "Grüße 😀 ⟳")
  }

  @Test(
    "an age is told in the unit that fits",
    arguments: [
      (-5, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (7199, "119m"), (7200, "2h"), (172_799, "47h"),
      (172_800, "2d"),
    ]
  )
  func age(seconds: Int64, text: String) {
    let now = Instant(secondsSinceEpoch: 1_800_000_000)
    #expect(ageText(since: now + .seconds(-seconds), now: now) == text)
    #expect(ageText(since: nil, now: now) == "-")
  }

  private static let objects: [JSONValue] = [
    ["kind": "Rollout", "metadata": ["name": "web"]], ["kind": "Rollout", "metadata": ["name": "api"]],
  ]

  @Test func oneObjectIsPrintedAlone() {
    #expect(
      OutputFormat.json.text([Self.objects[0]], isList: false)
        == "{\n  \"kind\": \"Rollout\",\n  \"metadata\": {\n    \"name\": \"web\"\n  }\n}"
    )
    #expect(
      OutputFormat.yaml.text([Self.objects[0]], isList: false) == "kind: Rollout\nmetadata:\n  name: web"
    )
    #expect(OutputFormat.name.text([Self.objects[0]], isList: false) == "rollout.argoproj.io/web")
  }

  @Test func severalObjectsArePrintedAsAList() {
    let yaml = """
      apiVersion: v1
      items:
      - kind: Rollout
        metadata:
          name: web
      - kind: Rollout
        metadata:
          name: api
      kind: List
      """
    #expect(OutputFormat.yaml.text(Self.objects, isList: true) == yaml)
    #expect(
      OutputFormat.name.text(Self.objects, isList: true) == "rollout.argoproj.io/web\nrollout.argoproj.io/api"
    )
    #expect(
      OutputFormat.json.text([], isList: true)
        == "{\n  \"apiVersion\": \"v1\",\n  \"items\": [],\n  \"kind\": \"List\"\n}"
    )
  }

  @Test(
    "log metadata is quoted where it would not be one word",
    arguments: [
      ("plain", "plain"), ("shop/web", "shop/web"), ("two words", "\"two words\""), ("", "\"\""),
      ("say \"hi\"", #""say \"hi\"""#), ("a\nb", #""a\nb""#), ("a\tb", #""a\tb""#), ("größe", "größe"),
      ("\u{1B}[31m", #""\u001b[31m""#),
    ]
  )
  func quoted(value: String, text: String) {
    let line = LineLogHandler.line(
      "synced",
      .info,
      ["key": .string(value)],
      at: Instant(secondsSinceEpoch: 0)
    )
    #expect(line == "1970-01-01T00:00:00.000000Z info synced key=\(text)")
  }

  @Test func aLogMessageIsOneLineWithItsMetadataInOrder() {
    let line = LineLogHandler.line(
      "cannot push\nbranch moved\r\n",
      .error,
      ["rollout": "shop/web", "attempt": "2", "at": .stringConvertible(3)],
      at: Instant(nanosecondsSinceEpoch: 1_500_000_000)
    )
    #expect(
      line == "1970-01-01T00:00:01.500000Z error cannot push branch moved at=3 attempt=2 rollout=shop/web"
    )
  }
}
