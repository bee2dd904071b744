import GitStore
import Primitives
import Testing

extension GitRepository {
  /// A commit by a fixed author at a fixed time.
  func commit(on parent: GitCommitID?, _ files: [String: String], _ message: String = "Change") async throws
    -> GitCommitID
  {
    try await commit(
      parent: parent,
      edits: files.sorted { $0.key < $1.key }.map { GitEdit(path: $0.key, bytes: Array($0.value.utf8)) },
      message: message,
      author: .serin
    )
  }

  /// The error of an operation; nil when it succeeds.
  func failure<T>(_ body: (GitRepository) async throws -> T) async -> GitError? {
    do {
      _ = try await body(self)
    } catch let error as GitError {
      return error
    } catch {
      Issue.record(error)
    }
    return nil
  }
}

extension GitSignature {
  static let serin = GitSignature(
    name: "Serin",
    email: "serin@example.com",
    when: Instant(secondsSinceEpoch: 1_760_000_000)
  )
}

/// Two mirrors push 25 commits each to one branch, deciding again whenever a push is rejected; every commit must land.
func raceWriters(url: String, _ credentials: GitCredentials, in folder: TestFolder, bare: String) async throws
{
  let files = try folder.git("ls-tree", "-r", "--name-only", "main", at: bare).split(separator: "\n").count
  let before = Int(try folder.git("rev-list", "--count", "main", at: bare)) ?? 0
  let retries = try await withThrowingTaskGroup(of: Int.self) { group in
    for writer in ["a", "b"] {
      group.addTask {
        let mirror = GitRepository(
          directory: "\(folder.path)/race-\(writer)",
          remote: GitRemote(url: url, credentials: credentials)
        )
        var retries = 0
        for round in 0..<25 {
          var tip = try await mirror.fetch(branch: "main")
          while true {
            let commit = try await mirror.commit(on: tip, ["\(writer)/\(round)": "x"], "\(writer)-\(round)")
            let error = await mirror.failure { try await $0.push(commit: commit, to: "main") }
            guard let error else { break }
            guard error.isTransient else { throw error }
            retries += 1
            tip = try await mirror.fetch(branch: "main")
          }
        }
        return retries
      }
    }
    return try await group.reduce(0, +)
  }
  let subjects = try folder.git("log", "--format=%s", "main", at: bare).split(separator: "\n").map(
    String.init
  )
  #expect(subjects.count == before + 50)
  for writer in ["a", "b"] { for round in 0..<25 { #expect(subjects.contains("\(writer)-\(round)")) } }
  #expect(
    try folder.git("ls-tree", "-r", "--name-only", "main", at: bare).split(separator: "\n").count == files
      + 50
  )
  #expect(try folder.git("fsck", "--strict", at: bare).contains("error") == false)
  print("two writers, 50 commits: \(retries) pushes were rejected and decided again")
}
