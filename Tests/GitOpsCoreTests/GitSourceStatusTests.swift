import GitOpsCore
import KubeModel
import Primitives
import Testing

@Suite struct GitSourceStatusTests {
  private let entry = InventoryEntry(
    id: ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "web"),
    version: "v1",
    file: "web.yaml"
  )
  private let later = Instant(secondsSinceEpoch: Samples.noon.secondsSinceEpoch + 60)

  private func synced(_ changed: Bool, commit: Character = "a") -> SyncResult {
    .synced(commit: Samples.commit(commit), inventory: [entry], changed: changed)
  }

  @Test func isWrittenOnlyWhenItsMeaningChanges() throws {
    let first = try #require(
      GitSourceStatus.next([:], after: synced(true), generation: 1, now: Samples.noon)
    )
    #expect(first.at("conditions")?[0]?["reason"] == "Synced")
    #expect(GitSourceStatus.inventory(first) == [entry])
    #expect(GitSourceStatus.next(first, after: synced(false), generation: 1, now: later) == nil)
    let next = try #require(
      GitSourceStatus.next(first, after: synced(false, commit: "b"), generation: 1, now: later)
    )
    #expect(next["lastSyncTime"] == .string(later.rfc3339))
    #expect(next["conditions"]?[0]?["lastTransitionTime"] == .string(Samples.noon.rfc3339))
  }

  @Test func aFailureKeepsCommitAndInventoryAndSaysWhyOnce() throws {
    let good = try #require(
      GitSourceStatus.next([:], after: synced(true), generation: 1, now: Samples.noon)
    )
    let issues = [
      ManifestIssue(file: "web.yaml", line: 4, column: 2, reason: "bad"),
      ManifestIssue(file: "x", reason: "y"),
    ]
    let failure = SyncResult.failed(.invalidManifest, message: GitSourceStatus.message(for: issues))
    let bad = try #require(GitSourceStatus.next(good, after: failure, generation: 1, now: later))
    #expect(bad["commit"] == good["commit"])
    #expect(bad["inventory"] == good["inventory"])
    let ready = Condition(try #require(bad["conditions"]?[0]))
    #expect(ready.status == "False" && ready.reason == "InvalidManifest")
    #expect(ready.message == "web.yaml:4:2: bad (and 1 more)")
    #expect(ready.lastTransitionTime == later)
    #expect(GitSourceStatus.next(bad, after: failure, generation: 1, now: later) == nil)
  }
}
