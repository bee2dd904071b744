import Glibc
import Subprocess
import Testing

/// Somebody's clone of a repository, worked with through the git command line.
struct GitClone: Sendable {
  let directory: String
  let person: String

  /// Runs git in the clone and answers what it printed.
  @discardableResult
  func git(_ arguments: String...) async throws -> String {
    let result = try await run(arguments)
    try #require(
      result.isSuccess,
      "git \(arguments.joined(separator: " ")) in \(directory): \(result.words)"
    )
    return result.output
  }

  /// Runs git in the clone; whether it succeeded, and what it said.
  func run(_ arguments: [String]) async throws -> (isSuccess: Bool, output: String, words: String) {
    let result = try await Subprocess.run(
      .name("git"),
      arguments: Arguments(["-C", directory] + arguments),
      environment: .inherit.updating([
        "GIT_AUTHOR_NAME": .some(person), "GIT_AUTHOR_EMAIL": "\(person)@example.com",
        "GIT_COMMITTER_NAME": .some(person), "GIT_COMMITTER_EMAIL": "\(person)@example.com",
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_PAGER": "cat",
      ]),
      output: .string(limit: 4 << 20),
      error: .string(limit: 1 << 20)
    )
    return (result.terminationStatus.isSuccess, result.standardOutput, result.standardError)
  }

  /// Replaces the file's text by what the change makes of it.
  func edit(_ path: String, _ change: (String) throws -> String) throws {
    let file = "\(directory)/\(path)"
    try Files.write(try change(Files.read(file) ?? ""), to: file)
  }
}

/// A bare repository in a folder, with the clone of the shop's developer beside it.
struct ShopRemote: Sendable {
  let directory: String
  let ada: GitClone
  private let bare: GitClone
  private let folder: GitClone

  var url: String { "file://\(directory)" }

  /// Makes the bare repository `NAME.git` and the clone `NAME-ada`; both are empty.
  init(in folder: String, name: String) async throws {
    directory = "\(folder)/\(name).git"
    bare = GitClone(directory: directory, person: "nobody")
    ada = GitClone(directory: "\(folder)/\(name)-ada", person: "ada")
    self.folder = GitClone(directory: folder, person: "nobody")
    try await self.folder.git("init", "--quiet", "--bare", "--initial-branch=main", "\(name).git")
    try await self.folder.git("clone", "--quiet", "\(name).git", "\(name)-ada")
    try await ada.git("checkout", "--quiet", "-B", "main")
  }

  /// A further clone, of another person.
  func clone(for person: String) async throws -> GitClone {
    let path = "\(directory.dropLast(4))-\(person)"
    try await folder.git("clone", "--quiet", directory, path)
    return GitClone(directory: path, person: person)
  }

  /// Ada commits the files and pushes.
  func push(_ files: [String: String], message: String) async throws {
    for (path, content) in files {
      let parts = path.split(separator: "/").dropLast()
      for depth in parts.indices {
        mkdir("\(ada.directory)/\(parts[...depth].joined(separator: "/"))", 0o755)
      }
      try Files.write(content, to: "\(ada.directory)/\(path)")
    }
    try await ada.git("add", "--all")
    try await ada.git("commit", "--quiet", "--message", message)
    try await ada.git("push", "--quiet", "origin", "main")
  }

  /// Ada replaces a text that is there once, on the newest commit, and pushes; again when someone was faster.
  func release(_ new: String, over old: String, in path: String = ShopFiles.rolloutFile) async throws {
    try await waitUntil("the push of \(new)") {
      try await ada.git("pull", "--quiet", "--rebase", "origin", "main")
      try ada.edit(path) { text in
        let parts = text.split(separator: old, omittingEmptySubsequences: false)
        try #require(parts.count == 2, "\(path) does not hold \"\(old)\" exactly once: \(text)")
        return parts.joined(separator: new)
      }
      try await ada.git("commit", "--quiet", "--all", "--message", "Release \(new)")
      if try await ada.run(["push", "--quiet", "origin", "main"]).isSuccess { return true }
      try await ada.git("reset", "--quiet", "--hard", "HEAD~1")
      return false
    }
  }

  /// The branch's tip, read from the file of the reference.
  var tip: String { Files.read("\(directory)/refs/heads/main") ?? "" }

  /// The file at the branch's tip.
  func read(_ path: String = ShopFiles.rolloutFile) async throws -> String {
    try await bare.git("show", "main:\(path)")
  }

  /// The subjects of the branch's commits, oldest first.
  func subjects() async throws -> [String] {
    try await bare.git("log", "--reverse", "--format=%s", "main").split(separator: "\n").map(String.init)
  }

  /// The ids of the decisions that commits of the branch record, oldest first.
  func decisionIDs() async throws -> [String] {
    try await bare.git("log", "--reverse", "--format=%(trailers:key=Serin-Id,valueonly)", "main")
      .split(whereSeparator: \.isNewline).map(String.init)
  }

  /// The commits of the branch, oldest first.
  func commits() async throws -> [String] {
    try await bare.git("rev-list", "--reverse", "main").split(separator: "\n").map(String.init)
  }

  /// The branch's first-parent history with the author of each commit, oldest first.
  func authors() async throws -> [String] {
    try await bare.git("log", "--reverse", "--format=%an: %s", "main").split(separator: "\n").map(String.init)
  }

  /// A machine puts an empty commit on the tip; false when somebody was faster.
  func commitNothing(_ subject: String) async throws -> Bool {
    let tip = try await bare.git("rev-parse", "main").prefix { !$0.isNewline }
    let commit = try await bare.git("commit-tree", "\(tip)^{tree}", "-p", String(tip), "-m", subject)
      .prefix { !$0.isNewline }
    return try await bare.run(["update-ref", "refs/heads/main", String(commit), String(tip)]).isSuccess
  }

  /// Takes the repository away from everyone, or brings it back.
  func move(away: Bool) throws {
    let hidden = "\(directory).away"
    let code = away ? rename(directory, hidden) : rename(hidden, directory)
    try #require(code == 0, "cannot move \(directory)")
  }
}
