import GitOpsCore
import GitStore
import Primitives
import YAMLEdit

/// Reads `serin.lock` out of a repository.
enum LockReader {
  /// The lock of a source at a commit: empty when there is none; empty with a reason when it cannot be read.
  static func lock(
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
