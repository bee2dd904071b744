import GitOpsCore
import GitStore
import KubeModel
import Primitives
import YAMLEdit

/// Reads manifests out of a repository at a commit.
enum ManifestReader {
  /// The largest manifest that is read, in bytes.
  static let sizeLimit = 4 << 20

  /// The files of a tree as the Git sync takes them: parsed, or with the place and reason that they cannot be.
  static func sourceFiles(_ entries: [GitFile]) -> [SourceFile] {
    entries.filter { SourceFile.isManifestPath($0.path) && $0.kind != .submodule }.map { entry in
      guard !entry.isSymlink else {
        return SourceFile(failure: ManifestIssue(file: entry.path, reason: "symbolic links are not followed"))
      }
      guard let bytes = entry.bytes else {
        return SourceFile(
          failure: ManifestIssue(file: entry.path, reason: "larger than \(sizeLimit >> 20) MiB")
        )
      }
      return sourceFile(entry.path, bytes)
    }
  }

  private static func sourceFile(_ path: String, _ bytes: [UInt8]) -> SourceFile {
    let documents: [YAMLDocument]
    do {
      documents = try YAML.parse(bytes)
    } catch {
      let issue = ManifestIssue(file: path, line: error.line, column: error.column, reason: error.message)
      return SourceFile(failure: issue)
    }
    if let duplicate = documents.flatMap(\.duplicateKeys).first {
      return SourceFile(
        failure: ManifestIssue(
          file: path,
          line: duplicate.mark.line,
          column: duplicate.mark.column,
          reason: "the key \"\(duplicate.key)\" is given twice"
        )
      )
    }
    return SourceFile(
      path: path,
      documents: documents.map { SourceFile.Document(json: $0.json, line: $0.root.start.line) }
    )
  }

  /// The Rollout's manifest at a commit: in the file where it is expected, else wherever it is under the path.
  ///
  /// - Parameters:
  ///   - rollout: Its namespace may be left out in the manifest when it is the source's.
  ///   - commit: A commit that the mirror has.
  ///   - file: Where it was last seen; may be empty.
  ///   - source: The path to look under.
  ///   - repository: The mirror.
  /// - Returns: Nil when the commit has no such manifest, or none that can be read.
  /// - Throws: `notFound` when the mirror does not have the commit.
  static func rollout(
    _ rollout: ObjectKey,
    at commit: GitCommitID,
    file: String,
    source: GitSource,
    in repository: GitRepository
  ) async throws(GitError) -> RolloutVersion? {
    if !file.isEmpty, let bytes = try await repository.readFile(commit: commit, path: file),
      let object = find(rollout, in: bytes, defaultNamespace: source.key.namespace)
    {
      return RolloutVersion(commit: commit.hex, file: file, object: object)
    }
    let entries: [GitFile]
    do {
      entries = try await repository.readTree(commit: commit, under: source.path)
    } catch GitError.notFound {
      return nil
    }
    for entry in entries where SourceFile.isManifestPath(entry.path) && !entry.isSymlink {
      guard let bytes = entry.bytes,
        let object = find(rollout, in: bytes, defaultNamespace: source.key.namespace)
      else { continue }
      return RolloutVersion(commit: commit.hex, file: entry.path, object: object)
    }
    return nil
  }

  /// The document of a Rollout in a text; nil when there is none or the text is no YAML.
  private static func find(_ rollout: ObjectKey, in bytes: [UInt8], defaultNamespace: String) -> JSONValue? {
    let documents: [YAMLDocument]
    do { documents = try YAML.parse(bytes) } catch { return nil }
    return documents.lazy.map(\.json).first { object in
      object.kind == "Rollout" && object.apiVersion.hasPrefix("argoproj.io/") && object.name == rollout.name
        && (object.namespace.isEmpty ? defaultNamespace : object.namespace) == rollout.namespace
    }
  }
}
