import CGit2
import Glibc

extension Mirror {
  /// Pushes to a repository on the same machine.
  ///
  /// libgit2's own local transport moves the branch without looking again after its check, so of two writers at once one
  /// could lose a commit. Here the branch moves under its lock and only from the value that was checked, as Git itself
  /// does. Hooks of the remote do not run.
  func pushLocally(
    _ id: GitCommitID,
    to reference: String,
    path: String,
    creating: Bool,
    _ operation: Operation
  )
    throws(GitError)
  {
    let branch = String(reference.dropFirst("refs/heads/".count))
    let doing = "cannot push \(id.short) to \(branch) of \(remote)"
    let target = try openTarget(path, doing)
    for _ in 0..<200 {
      try operation.checkpoint()
      let tip = try localTip(of: reference, in: target, doing)
      if tip == id { return }
      guard tip != nil || creating else {
        if Self.hasNoReference(target) {
          throw .emptyRepository("\(remote) is empty: it has no commit yet")
        }
        throw .branchMissing(name: branch)
      }
      if let tip, try !isAncestor(tip, of: id) { throw .rejected(newTip: tip) }
      try copyObjects(of: id, since: tip, to: target, doing)
      if try moved(reference, in: target, from: tip, to: id, doing) { return }
      usleep(5000)
    }
    throw .unreachable("\(doing): the branch stays locked by another writer")
  }

  private func openTarget(_ path: String, _ doing: String) throws(GitError) -> Handle {
    var output: OpaquePointer?
    let code = git_repository_open_ext(&output, path, GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue, nil)
    guard code == 0, let output else { throw .last(code, doing, at: .remote) }
    let target = try Handle(doing, free: git_repository_free) { result in
      result.pointee = output
      return code
    }
    guard git_repository_is_bare(target.pointer) == 1 else {
      throw .refused("\(doing): it is not a bare repository, its checked-out files would not follow")
    }
    return target
  }

  /// libgit2's own question wants HEAD to name its idea of a default branch.
  private static func hasNoReference(_ target: borrowing Handle) -> Bool {
    var names = git_strarray()
    guard git_reference_list(&names, target.pointer) == 0 else { return false }
    defer { git_strarray_dispose(&names) }
    return names.count == 0
  }

  private func localTip(of reference: String, in target: borrowing Handle, _ doing: String)
    throws(GitError) -> GitCommitID?
  {
    var oid = git_oid()
    let code = git_reference_name_to_id(&oid, target.pointer, reference)
    if code == GIT_ENOTFOUND.rawValue { return nil }
    guard code == 0 else { throw .last(code, doing, at: .remote) }
    return GitCommitID(oid)
  }

  private func copyObjects(
    of id: GitCommitID,
    since tip: GitCommitID?,
    to target: borrowing Handle,
    _ doing: String
  )
    throws(GitError)
  {
    let repository = try open()
    let walk = try Handle(doing, free: git_revwalk_free) { git_revwalk_new($0, repository) }
    var oid = id.oid
    try check(git_revwalk_push(walk.pointer, &oid), doing)
    if let tip {
      oid = tip.oid
      try check(git_revwalk_hide(walk.pointer, &oid), doing)
    }
    let builder = try Handle(doing, free: git_packbuilder_free) { git_packbuilder_new($0, repository) }
    try check(git_packbuilder_insert_walk(builder.pointer, walk.pointer), doing)
    guard git_packbuilder_object_count(builder.pointer) > 0 else { return }
    let folder = String(cString: git_repository_path(target.pointer)) + "objects/pack"
    mkdir(folder, 0o755)
    let code = git_packbuilder_write(builder.pointer, folder, 0o444, nil, nil)
    guard code == 0 else { throw .refused(GitError.last(code, doing, at: .remote).message) }
  }

  /// Compare and swap of the branch; false when somebody else moved or holds it.
  private func moved(
    _ reference: String,
    in target: borrowing Handle,
    from tip: GitCommitID?,
    to id: GitCommitID,
    _ doing: String
  ) throws(GitError) -> Bool {
    var new = id.oid
    var output: OpaquePointer?
    let code: Int32
    if let tip {
      var old = tip.oid
      code = git_reference_create_matching(&output, target.pointer, reference, &new, 1, &old, nil)
    } else {
      code = git_reference_create(&output, target.pointer, reference, &new, 0, nil)
    }
    git_reference_free(output)
    switch code {
    case 0: return true
    case GIT_EMODIFIED.rawValue, GIT_ELOCKED.rawValue, GIT_EEXISTS.rawValue, GIT_ENOTFOUND.rawValue:
      return false
    default: throw .refused(GitError.last(code, doing, at: .remote).message)
    }
  }
}
