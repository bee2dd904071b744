import KubeModel
import Testing

@testable import CommandLineKit

/// What `serin list -w` prints.
@Suite struct WatchedTableTests {
  private func row(_ name: String, _ status: String, _ age: String) -> (key: ObjectKey, cells: [String]) {
    (ObjectKey(namespace: "shop", name: name), [name, status, age])
  }

  @Test func afterTheTableOnlyRowsWithNewsFollowInItsColumns() {
    var table = WatchedTable(header: ["NAME", "STATUS", "AGE"])
    #expect(
      table.lines([row("web", "Progressing", "5s"), row("api", "Healthy", "9s")])
        == ["NAME  STATUS       AGE", "web   Progressing  5s", "api   Healthy      9s"]
    )
    #expect(table.lines([row("web", "Progressing", "6s"), row("api", "Healthy", "10s")]) == [])
    #expect(
      table.lines([row("web", "Healthy", "7s"), row("api", "Healthy", "11s")]) == ["web   Healthy      7s"]
    )
    #expect(table.lines([row("api", "Healthy", "12s")]) == [])
    #expect(
      table.lines([row("web", "Healthy", "0s"), row("api", "Healthy", "12s")]) == ["web   Healthy      0s"]
    )
  }

  @Test func aListThatBeginsEmptyBeginsWithItsHeader() {
    var table = WatchedTable(header: ["NAME", "STATUS", "AGE"])
    #expect(table.lines([]) == ["NAME  STATUS  AGE"])
    #expect(table.lines([row("web", "Paused", "1s")]) == ["web   Paused  1s"])
  }
}
