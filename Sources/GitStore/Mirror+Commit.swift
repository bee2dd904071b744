import CGit2
import Glibc
import Primitives

extension Mirror {
  /// Builds a commit on a parent, without an index and without moving a branch.
  func commit(
    on parent: GitCommitID?,
    edits: [GitEdit],
    message: String,
    author: GitSignature,
    committer: GitSignature
  ) throws(GitError) -> GitCommitID {
    try Self.validate(edits)
    guard !message.utf8.contains(0), !message.allSatisfy(\.isWhitespace) else {
      throw .invalid("the commit message is empty or holds a zero byte")
    }
    let base = if let parent { try tree(of: parent) } else { try emptyTree() }
    let treeID = try updatedTree(base, edits)
    if let parent, let old = git_tree_id(base.pointer), old.pointee.equals(treeID) {
      throw .invalid("the edits change nothing in commit \(parent.short)")
    }
    guard let parent else { return try write(treeID, [], message, Signature(author), Signature(committer)) }
    let handle = try commit(parent)
    return try write(treeID, [handle.pointer], message, Signature(author), Signature(committer))
  }

  private func write(
    _ treeID: git_oid,
    _ parents: [OpaquePointer?],
    _ message: String,
    _ author: borrowing Signature,
    _ committer: borrowing Signature
  ) throws(GitError) -> GitCommitID {
    let repository = try open()
    var (treeID, parents, created) = (treeID, parents, git_oid())
    let tree = try Handle("cannot read the new tree", free: git_tree_free) {
      git_tree_lookup($0, repository, &treeID)
    }
    let (root, by, recordedBy) = (tree.pointer, author.pointer, committer.pointer)
    let text = message.hasSuffix("\n") ? message : message + "\n"
    let code = parents.withUnsafeMutableBufferPointer { parents in
      git_commit_create(
        &created,
        repository,
        nil,
        by,
        recordedBy,
        nil,
        text,
        root,
        parents.count,
        parents.baseAddress
      )
    }
    try check(code, "cannot create a commit")
    return GitCommitID(created)
  }

  private static func validate(_ edits: [GitEdit]) throws(GitError) {
    guard !edits.isEmpty else { throw .invalid("a commit needs at least one edit") }
    var files: Set<String> = []
    for edit in edits {
      _ = try GitNames.components(ofPath: edit.path)
      guard files.insert(edit.path).inserted else {
        throw .invalid("path \(edit.path) is edited twice in one commit")
      }
    }
    for edit in edits {
      var components = edit.path.split(separator: "/")
      while components.popLast() != nil, !components.isEmpty {
        let above = components.joined(separator: "/")
        guard !files.contains(above) else {
          throw .invalid("paths \(above) and \(edit.path) cannot both be files")
        }
      }
    }
  }

  private func emptyTree() throws(GitError) -> Handle {
    let repository = try open()
    let builder = try Handle("cannot build a tree", free: git_treebuilder_free) {
      git_treebuilder_new($0, repository, nil)
    }
    var id = git_oid()
    try check(git_treebuilder_write(&id, builder.pointer), "cannot write a tree")
    return try Handle("cannot read a tree", free: git_tree_free) { git_tree_lookup($0, repository, &id) }
  }

  private func updatedTree(_ base: borrowing Handle, _ edits: [GitEdit]) throws(GitError) -> git_oid {
    let repository = try open()
    var updates: [git_tree_update] = []
    defer { for update in updates { free(UnsafeMutableRawPointer(mutating: update.path)) } }
    for edit in edits {
      let mode = try mode(at: edit.path, in: base)
      guard let bytes = edit.bytes else {
        // What is not there needs no deletion.
        if mode != nil {
          updates.append(Self.update(GIT_TREE_UPDATE_REMOVE, edit.path, git_oid(), GIT_FILEMODE_BLOB))
        }
        continue
      }
      var id = git_oid()
      let code = bytes.withUnsafeBytes {
        git_blob_create_from_buffer(&id, repository, $0.baseAddress, $0.count)
      }
      try check(code, "cannot store the content of \(edit.path)")
      updates.append(Self.update(GIT_TREE_UPDATE_UPSERT, edit.path, id, mode ?? GIT_FILEMODE_BLOB))
    }
    var result = git_oid()
    guard !updates.isEmpty else { return git_tree_id(base.pointer).pointee }
    try check(
      git_tree_create_updated(&result, repository, base.pointer, updates.count, updates),
      "cannot build the tree of the commit"
    )
    return result
  }

  /// The path's memory is the caller's to free.
  private static func update(
    _ action: git_tree_update_t,
    _ path: String,
    _ id: git_oid,
    _ mode: git_filemode_t
  )
    -> git_tree_update
  {
    git_tree_update(action: action, id: id, filemode: mode, path: strdup(path))
  }

  /// The mode of the file at a path, nil when there is nothing; refuses what an edit must not replace.
  private func mode(at path: String, in base: borrowing Handle) throws(GitError) -> git_filemode_t? {
    var components = path.split(separator: "/").map(String.init)
    var above: [String] = []
    while let name = components.first {
      above.append(name)
      components.removeFirst()
      let here = above.joined(separator: "/")
      var entry: OpaquePointer?
      let code = git_tree_entry_bypath(&entry, base.pointer, here)
      if code == GIT_ENOTFOUND.rawValue { return nil }
      try check(code, "cannot read \(here)")
      defer { git_tree_entry_free(entry) }
      let mode = git_tree_entry_filemode(entry)
      switch mode {
      case GIT_FILEMODE_TREE where !components.isEmpty: continue
      case GIT_FILEMODE_TREE: throw .invalid("cannot edit \(path): it is a folder")
      case GIT_FILEMODE_LINK:
        throw .invalid("cannot edit \(path): \(here) is a symbolic link, which is not followed")
      case GIT_FILEMODE_COMMIT: throw .invalid("cannot edit \(path): \(here) is a submodule")
      default:
        guard components.isEmpty else { throw .invalid("cannot edit \(path): \(here) is a file") }
        return mode
      }
    }
    return nil
  }
}

/// A C signature that lives in one scope.
private struct Signature: ~Copyable {
  let pointer: UnsafeMutablePointer<git_signature>

  init(_ signature: GitSignature) throws(GitError) {
    let shown = GitURL.printable("\(signature.name) <\(signature.email)>")
    for character in (signature.name + signature.email).unicodeScalars
    where character.value < 0x20 || character == "<" || character == ">" {
      throw .invalid("signature \"\(shown)\" holds a control character or an angle bracket")
    }
    var output: UnsafeMutablePointer<git_signature>?
    let code = git_signature_new(
      &output,
      signature.name,
      signature.email,
      signature.when.secondsSinceEpoch,
      0
    )
    guard code == 0, let output else {
      throw .invalid("signature \"\(shown)\" is not valid: it needs name and email")
    }
    pointer = output
  }

  deinit { git_signature_free(pointer) }
}
