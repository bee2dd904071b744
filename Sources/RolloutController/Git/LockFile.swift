import GitOpsCore
import GitStore
import Primitives
import YAMLEdit

/// `serin.lock` as a file of a repository.
enum LockFile {
  private static let comment = "# Written by Serin: what it decided, and what is stable. Do not edit.\n"

  /// The edit that makes the file say this.
  static func edit(_ lock: SerinLock, of source: GitSource) -> GitEdit {
    GitEdit(path: source.lockPath, bytes: Array((comment + YAML.emit(lock.json)).utf8))
  }

  /// The lock of a source at a commit: empty when there is none; empty with a reason when it cannot be read.
  static func read(
    of source: GitSource,
    at commit: GitCommitID,
    in repository: GitRepository
  ) async throws(GitError) -> (SerinLock, problem: String?) {
    guard let bytes = try await repository.readFile(commit: commit, path: source.lockPath) else {
      return (SerinLock(), nil)
    }
    do {
      let json = try YAML.parse(bytes).first?.json ?? .null
      return SerinLock(json).map { ($0, nil) } ?? (SerinLock(), "it is no Lock of serin.dev")
    } catch {
      return (SerinLock(), "\(error)")
    }
  }
}
