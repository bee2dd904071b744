import Primitives
import Simulation
import Testing

/// Every scenario file, played and compared with the timeline below it. `SERIN_RECORD=1 swift test --filter
/// ScenarioTests` writes the timelines anew; they are to be reviewed like code.
@Suite struct ScenarioTests {
  @Test func everyFileCanBeRead() {
    #expect(Scenario.broken.isEmpty)
    #expect(Scenario.all.count >= 80)
  }

  @Test(arguments: Scenario.all)
  func timelineIsAsReviewed(scenario: Scenario) throws {
    #expect(
      scenario.document["shows"]?.string?.hasSuffix(".") == true,
      "it must say in a sentence what it shows"
    )
    let table = try scenario.timeline().text
    if TextFile.isRecording {
      #expect(TextFile.write(scenario.text(with: table), to: scenario.path))
    } else {
      #expect(table == scenario.golden, "\(Self.difference(table, scenario.golden))")
    }
  }

  /// The first line that differs, from either table.
  private static func difference(_ table: String, _ golden: String) -> String {
    let lines = (table.split(separator: "\n"), golden.split(separator: "\n"))
    let first = zip(lines.0, lines.1).first { $0 != $1 }
    guard let first else { return "\(lines.0.count) lines instead of \(lines.1.count)" }
    return "\n  is     \(first.0)\n  golden \(first.1)"
  }
}
