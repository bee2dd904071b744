import Primitives
import Testing
import YAMLEdit

@Suite("The torture corpus")
struct CorpusTests {
  @Test("holds every case that was thought of")
  func isComplete() {
    #expect(FixtureCase.all.count >= 70)
  }

  @Test(
    "is edited to exactly the expected bytes, or refused for the expected reason",
    arguments: FixtureCase.all
  )
  func edits(_ fixture: FixtureCase) throws {
    do {
      let result = try YAMLEditor.apply(fixture.changes, to: fixture.selector, in: fixture.before)
      let expected = try #require(fixture.after, "\(fixture.about) It should have been refused.")
      #expect(text(result) == text(expected), "\(fixture.about)")
      #expect(result == expected, "\(fixture.about)")
    } catch let error as YAMLEditError {
      let refusal = try #require(fixture.refusal, "\(fixture.about) It was refused: \(error)")
      #expect("\(error.reason)" == refusal.reason, "\(error)")
      if let line = refusal.line { #expect(error.line == line, "\(error)") }
    }
  }

  @Test("goes back in meaning by the changes from the result to the original", arguments: FixtureCase.all)
  func reverses(_ fixture: FixtureCase) throws {
    guard let after = fixture.after else { return }
    let before = try YAML.parse(fixture.before)
    let changed = try YAML.parse(after)
    #expect(before.count == changed.count)
    let index = try #require(
      before.indices.first { before[$0].json != changed[$0].json } ?? before.indices.first
    )
    let back = YAMLChange.changes(from: changed[index].json, to: before[index].json, at: [])
    var selector = fixture.selector
    selector.apiVersion = changed[index].json["apiVersion"]?.string ?? selector.apiVersion
    let restored = try YAMLEditor.apply(back, to: selector, in: after)
    #expect(try YAML.parse(restored).map(\.json) == before.map(\.json))
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
