package import KubeModel
package import Primitives

/// What is wrong with one field of a GitSource's spec.
package struct GitSourceIssue: Sendable, Hashable, CustomStringConvertible {
  /// The field, as `spec.interval`.
  package let path: String
  package let reason: String

  package var description: String { "\(path): \(reason)" }
}

/// A view of a GitSource: a repository, a branch and a path whose manifests the cluster follows.
///
/// Decoding is lenient: absent fields take their defaults, and what cannot be meant is listed in `issues`, never thrown.
package struct GitSource: Sendable, Hashable {
  /// How decisions go back to the repository.
  package enum WriteBackMode: String, Sendable {
    /// Commits go to the branch that is followed.
    case commit
    /// Commits go to a branch of Serin's own, for a person to merge.
    case branch
    /// Nothing is written.
    case none
  }

  package let key: ObjectKey
  package let generation: Int
  package let url: String
  package let branch: String
  /// The folder in the repository, without slashes at its ends; empty for the root.
  package let path: String
  package let interval: Duration
  /// The name of the Secret to read with, in the GitSource's namespace.
  package let readSecret: String?
  /// The name of the Secret to write with; the one to read with unless `writeBack.auth` names another.
  package let writeSecret: String?
  package let prune: Bool
  package let selfHeal: Bool
  package let writeBackMode: WriteBackMode
  package let authorName: String
  package let authorEmail: String
  /// What is wrong with the spec; a source with issues is not synced.
  package let issues: [GitSourceIssue]

  package init(_ object: JSONValue) {
    let spec = object.spec
    key = ObjectKey(object)
    generation = object.generation
    url = spec["url"]?.string ?? ""
    branch = spec["branch"]?.string ?? "main"
    path = Self.normalized(spec["path"]?.string ?? ".")
    interval = spec["interval"]?.string.flatMap { Duration(go: $0) } ?? .seconds(30)
    let readSecret = spec.at("auth", "secretRef", "name")?.string
    self.readSecret = readSecret
    writeSecret = spec.at("writeBack", "auth", "secretRef", "name")?.string ?? readSecret
    prune = spec.at("sync", "prune")?.bool ?? true
    selfHeal = spec.at("sync", "selfHeal")?.bool ?? true
    let mode = spec["writeBack"].map { $0["mode"]?.string ?? WriteBackMode.commit.rawValue }
    writeBackMode = mode.flatMap(WriteBackMode.init) ?? .none
    authorName = spec.at("writeBack", "author", "name")?.string ?? "Serin"
    authorEmail = spec.at("writeBack", "author", "email")?.string ?? "serin@localhost"
    issues = Self.issues(in: spec, url: url, branch: branch, path: path, mode: mode)
  }

  /// The branch that decisions are pushed to.
  package var writeBranch: String {
    writeBackMode == .branch ? "serin/\(key.namespace)-\(key.name)" : branch
  }

  /// The place of `serin.lock` in the repository.
  package var lockPath: String { path.isEmpty ? SerinLock.fileName : "\(path)/\(SerinLock.fileName)" }

  private static func normalized(_ path: String) -> String {
    path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }

  private static func issues(
    in spec: JSONValue,
    url: String,
    branch: String,
    path: String,
    mode: String?
  ) -> [GitSourceIssue] {
    var issues = typeIssues(in: spec)
    if url.isEmpty {
      let isNamed = issues.contains { $0.path == "spec.url" || $0.path == "spec" }
      if !isNamed { issues.append(GitSourceIssue(path: "spec.url", reason: "is required")) }
    } else if !isRepositoryURL(url) {
      issues.append(GitSourceIssue(path: "spec.url", reason: "\"\(url)\" is no https, ssh or file address"))
    }
    if branch.isEmpty || branch.hasPrefix("-") || branch.contains(where: { $0 == " " || $0 == ":" }) {
      issues.append(GitSourceIssue(path: "spec.branch", reason: "\"\(branch)\" is no branch name"))
    }
    if path.split(separator: "/").contains("..") {
      issues.append(GitSourceIssue(path: "spec.path", reason: "\"\(path)\" leads out of the repository"))
    }
    if let interval = spec["interval"], !interval.isNull {
      let parsed = interval.string.flatMap { Duration(go: $0) }
      if parsed.map({ $0 < .milliseconds(100) }) ?? true {
        let text = interval.string ?? interval.description
        issues.append(
          GitSourceIssue(path: "spec.interval", reason: "\"\(text)\" is no duration of at least 100ms")
        )
      }
    }
    if let mode, WriteBackMode(rawValue: mode) == nil {
      let reason = "\"\(mode)\" is none of commit, branch, none"
      issues.append(GitSourceIssue(path: "spec.writeBack.mode", reason: reason))
    }
    return issues
  }

  private static func isRepositoryURL(_ url: String) -> Bool {
    let schemes = ["https://", "http://", "ssh://", "file://"]
    if schemes.contains(where: { url.hasPrefix($0) && url.utf8.count > $0.utf8.count }) { return true }
    // The short form of ssh: user@host:path.
    guard !url.contains("://"), let at = url.firstIndex(of: "@") else { return false }
    return url[at...].contains(":")
  }
}
