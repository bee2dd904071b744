import Primitives
import Testing

@Suite struct TimeTests {
  @Test(arguments: [
    ("2026-11-21T06:31:22Z", "2026-11-21T06:31:22.000000Z"),
    ("2000-02-29T23:59:59.25+01:00", "2000-02-29T22:59:59.250000Z"),
    ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500000Z"),
  ])
  func instantsRoundTrip(text: String, expected: String) throws {
    #expect(try #require(Instant(text)).rfc3339Micro == expected)
  }

  @Test(arguments: ["", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-21", "2026-11-21T06:31:22"])
  func refusesWhatIsNoTime(text: String) { #expect(Instant(text) == nil) }

  @Test(arguments: [
    ("1h30m", "1h30m0s"), ("90s", "1m30s"), ("500ms", "500ms"), ("1.5s", "1.5s"), ("0", "0s"),
    ("-2m", "-2m0s"),
  ])
  func durationsReadAsGoWritesThem(text: String, expected: String) throws {
    #expect(try #require(Duration(go: text)).goText == expected)
  }

  @Test(arguments: ["", "10", "1x", "s", "1h-2m"])
  func refusesWhatIsNoDuration(text: String) { #expect(Duration(go: text) == nil) }
}
