import Glibc
import Primitives

/// The shop's repository, bare, and a developer's clone of it beside.
struct ShopRepository: Sendable {
  let bareDirectory: String
  private let clone: Git
  private let bare: Git
  private let cloneDirectory: String

  var url: String { "file://\(bareDirectory)" }

  /// Makes the empty bare repository and the clone in the folder.
  static func create(in folder: String) async throws -> ShopRepository {
    let repository = ShopRepository(
      bareDirectory: "\(folder)/shop.git",
      clone: Git(directory: "\(folder)/ada"),
      bare: Git(directory: "\(folder)/shop.git"),
      cloneDirectory: "\(folder)/ada"
    )
    let git = Git(directory: folder)
    try await git("init", "--quiet", "--bare", "--initial-branch=main", "shop.git")
    try await git("clone", "--quiet", "shop.git", "ada")
    try await repository.clone("checkout", "--quiet", "-B", "main")
    return repository
  }

  /// Writes the files, commits and pushes; answers the commit's short id.
  func push(_ files: [String: String], message: String) async throws -> String {
    for (path, content) in files {
      let folder = path.split(separator: "/").dropLast().joined(separator: "/")
      mkdir("\(cloneDirectory)/\(folder)", 0o755)
      try FileAccess.write(content, to: "\(cloneDirectory)/\(path)")
    }
    try await clone("add", "--all")
    try await clone("commit", "--quiet", "--message", message)
    try await clone("push", "--quiet", "origin", "main")
    return try await clone("rev-parse", "--short", "HEAD").trimmingNewline
  }

  /// Replaces a text in one file of the newest commit, as a developer would, and pushes.
  func edit(_ path: String, replacing old: String, by new: String, message: String) async throws -> String {
    try await clone("pull", "--quiet", "--ff-only", "origin", "main")
    let content = try FileAccess.read("\(cloneDirectory)/\(path)")
    let parts = content.split(separator: old, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw CommandFailure(.failed, "\(path) does not hold \"\(old)\" exactly once")
    }
    return try await push([path: parts.joined(separator: new)], message: message)
  }

  /// The file at the branch's tip.
  func read(_ path: String) async throws -> String { try await bare("show", "main:\(path)") }

  /// Commits on the branch, newest first: short id, author, subject.
  func log() async throws -> [Commit] {
    try await bare("log", "--format=%h%x09%an%x09%s", "main").split(whereSeparator: \.isNewline).compactMap {
      line in
      let parts = line.split(separator: "\t", maxSplits: 2).map(String.init)
      return parts.count == 3 ? Commit(id: parts[0], author: parts[1], subject: parts[2]) : nil
    }
  }

  func message(of commit: String) async throws -> String {
    try await bare("show", "--no-patch", "--format=%B", commit)
  }

  func logWithFiles() async throws -> String {
    try await bare("log", "--stat", "--format=%C(auto)%h %an: %s%n%w(0,4,4)%b", "main")
  }

  struct Commit: Sendable, Hashable {
    let id: String
    let author: String
    let subject: String
  }
}

extension String {
  fileprivate var trimmingNewline: String {
    String(drop { $0.isNewline }.reversed().drop { $0.isNewline }.reversed())
  }
}
