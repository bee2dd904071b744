import ArgumentParser
import GitOpsCore
import GitStore
import KubeModel
import Primitives
import Testing

@testable import CommandLineKit

/// Decisions written to a real bare repository, as the controller writes them, and read back.
@Suite struct HistoryTests {
  private static func decision(
    _ kind: Decision.Kind,
    _ rollout: String,
    revision: Int,
    reason: String,
    by: String = "serin"
  ) -> Decision {
    Decision(
      rollout: ObjectKey(namespace: "shop", name: rollout),
      kind: kind,
      id: "0c6f1b52-r\(revision)-\(kind.rawValue)",
      revision: revision,
      step: "3/6",
      reason: reason,
      measurements: ["success-rate: 0.75, 0.8 (wanted: result >= 0.95)"],
      oldImages: ["web": "shop:v\(revision - 1)"],
      newImages: ["web": "shop:v\(revision)"],
      sourceCommit: String(repeating: "ab", count: 20),
      decidedBy: by,
      at: Instant(secondsSinceEpoch: 1_760_000_000)
    )
  }

  private static let longReason =
    "metric \"success-rate\" assessed Failed due to failed (1) > failureLimit (0), which ends the release"

  /// A repository with two decisions about web, one about api, and people's commits between them.
  private static func repository(in folder: TestFolder) async throws -> GitRepository {
    let remote = GitRemote(url: "file://\(folder.path)/origin.git")
    let repository = GitRepository(directory: "\(folder.path)/writer", remote: remote)
    try await repository.createRemote(branch: "main")
    let decisions = [
      decision(.promote, "web", revision: 2, reason: "Completed all 6 canary steps"),
      decision(.promote, "api", revision: 7, reason: "", by: "grace@example.com"),
      decision(.abort, "web", revision: 3, reason: longReason),
    ]
    let messages =
      ["Begin\n\nSerin-Rollout: not a decision\n"]
      + decisions.flatMap { decision in
        let message = DecisionCommit.message(for: decision, manifest: .unchanged(reason: nil))
        return [message, "Edit something\n"]
      }
    var tip: GitCommitID?
    for (index, message) in messages.enumerated() {
      let when = Instant(secondsSinceEpoch: 1_760_000_000 + Int64(index) * 60)
      tip = try await repository.commit(
        parent: tip,
        edits: [GitEdit(path: "file", bytes: Array("\(index)".utf8))],
        message: message,
        author: GitSignature(name: "Serin", email: "serin@example.com", when: when)
      )
    }
    if let tip { try await repository.push(commit: tip, to: "main", creating: true) }
    return repository
  }

  @Test func decisionsAreFoundAmongOtherCommitsNewestFirst() async throws {
    let folder = try TestFolder()
    let repository = try await Self.repository(in: folder)
    let records = try await DecisionHistory.read(repository, branches: ["main"], limit: 20) { _ in true }
    #expect(records.map(\.rollout) == ["shop/web", "shop/api", "shop/web"])
    #expect(records.map(\.decision) == ["abort", "promote", "promote"])
    #expect(records.map(\.by) == ["serin", "grace@example.com", "serin"])
    #expect(
      records.map(\.reason) == [Self.capital(Self.longReason) + ".", "", "Completed all 6 canary steps."]
    )
    #expect(records.map(\.step) == ["3/6", "3/6", "3/6"])
    #expect(records.map(\.id) == ["0c6f1b52-r3-abort", "0c6f1b52-r7-promote", "0c6f1b52-r2-promote"])
    #expect(records.map(\.when.rfc3339).first == "2025-10-09T08:58:20Z")
    #expect(Set(records.map(\.sourceCommit)) == [String(repeating: "ab", count: 20)])
    let lines = HistoryTable.lines(records).map { $0.withoutStyle }
    #expect(lines[0] == "WHEN                  ROLLOUT   DECISION  STEP  BY                 COMMIT   REASON")
    let commit = records[0].commit.short
    #expect(
      lines[1]
        == "2025-10-09T08:58:20Z  shop/web  abort     3/6   serin              \(commit)  "
        + Self.capital(Self.longReason) + "."
    )
    await repository.close()
  }

  @Test func decisionsAreChosenByNameNamespaceAndNumber() async throws {
    let folder = try TestFolder()
    let repository = try await Self.repository(in: folder)
    func ids(_ name: String?, _ namespace: String?, limit: Int = 20) async throws -> [String] {
      try await DecisionHistory.read(repository, branches: ["main"], limit: limit) {
        $0.isAbout(name, namespace: namespace)
      }.map(\.id)
    }
    let web = ["0c6f1b52-r3-abort", "0c6f1b52-r2-promote"]
    #expect(try await ids("web", nil) == web)
    #expect(try await ids("shop/web", nil) == web)
    #expect(try await ids("web", "shop") == web)
    #expect(try await ids("web", "other") == [])
    #expect(try await ids("other/web", nil) == [])
    #expect(try await ids("shop", nil) == [])
    #expect(try await ids(nil, "shop", limit: 1) == ["0c6f1b52-r3-abort"])
    await repository.close()
  }

  @Test func theFirstBranchThatExistsIsRead() async throws {
    let folder = try TestFolder()
    let repository = try await Self.repository(in: folder)
    let records = try await DecisionHistory.read(repository, branches: ["serin/shop", "main"], limit: 9) {
      _ in
      true
    }
    #expect(records.count == 3)
    let error = await #expect(throws: GitError.self) {
      try await DecisionHistory.read(repository, branches: ["serin/shop"], limit: 9) { _ in true }
    }
    #expect(error == .branchMissing(name: "serin/shop"))
    await repository.close()
  }

  @Test func aRepositoryWithoutACommitHasNoDecisions() async throws {
    let folder = try TestFolder()
    let remote = GitRemote(url: "file://\(folder.path)/empty.git")
    let repository = GitRepository(directory: "\(folder.path)/mirror", remote: remote)
    try await repository.createRemote(branch: "main")
    #expect(try await DecisionHistory.read(repository, branches: ["main"], limit: 9) { _ in true } == [])
    await repository.close()
  }

  @Test func theCommandReadsARepositoryWithoutACluster() async throws {
    let folder = try TestFolder()
    try await Self.repository(in: folder).close()
    for arguments in [
      ["web"], [], ["-n", "shop", "-o", "json"], ["nobody"], ["--limit", "1", "-o", "name"],
    ] {
      let options = ["--repo", "\(folder.path)/origin.git"] + arguments
      let command = try await HistoryCommand.asyncParse(options)
      try await command.run()
    }
  }

  @Test func aRepositoryThatIsNotThereIsAMistakeOfUse() async throws {
    let error = #expect(throws: CommandFailure.self) { try HistoryPlace.url(of: "./nowhere") }
    #expect(error?.code == .usage)
    #expect(error?.line == "serin: reading the repository ./nowhere: no such file or directory")
  }

  @Test func addressesStayAsTheyAreAndPathsBecomeAbsolute() throws {
    let folder = try TestFolder()
    let root = try #require(FileAccess.absolutePath(folder.path))
    #expect(try HistoryPlace.url(of: folder.path + "/.") == root)
    for address in [
      "https://git.example.com/shop.git", "git@git.example.com:shop.git", "file:///srv/shop.git",
    ] {
      #expect(try HistoryPlace.url(of: address) == address)
    }
  }

  @Test func severalRepositoriesAreMergedByTimeAndWhatBothHaveCountsOnce() throws {
    let old = try Self.record("a", at: 10, "Subject\n\nSerin-Rollout: shop/a\nSerin-Decision: abort")
    let new = try Self.record("b", at: 20, "Subject\n\nSerin-Rollout: shop/b\nSerin-Decision: promote")
    #expect(DecisionHistory.merge([[old], [new, old]]) == [new, old])
    #expect(DecisionHistory.merge([[old, new]]) == [old, new])
    #expect(DecisionHistory.merge([]) == [])
  }

  @Test(
    "the reason is the first sentence of the body",
    arguments: [
      ("Subject\n\nOne\ntwo.\n\nThree.\n\nTRAILERS", "One two."),
      ("Subject\n\nMeasurements:\n- rate: 1\n\nTRAILERS", ""),
      ("Subject\n\nRestored in a.yaml: spec.\n\nTRAILERS", ""),
      ("Subject\n\nTRAILERS", ""),
      ("\nSubject\n\nWindows.\r\n\r\nTRAILERS", "Windows."),
    ]
  )
  func reason(message: String, reason: String) throws {
    let message = message.replacing("TRAILERS", with: "Serin-Rollout: shop/web\nSerin-Decision: abort\n")
    let record = try Self.record("c", at: 0, message)
    #expect(record.reason == reason)
    #expect(record.by == "Serin")
  }

  /// The record of a commit whose name repeats a digit.
  private static func record(_ digit: String, at seconds: Int64, _ message: String) throws -> DecisionRecord {
    let author = GitSignature(name: "Serin", email: "", when: Instant(secondsSinceEpoch: seconds))
    let commit = try #require(GitCommitID(String(repeating: digit, count: 40)))
    return try #require(DecisionRecord(commit: commit, author: author, message: message))
  }

  private static func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

extension String {
  /// The text as it is where no colour can be shown.
  var withoutStyle: String { replacing(/\u{1B}\[[0-9;]*m/, with: "") }
}
