import CGit2
import Glibc

/// The bare repository on disk that mirrors a remote; lives on its thread and nowhere else.
///
/// The folder carries a mark with the remote's address. Only a folder with the mark is ever emptied: when it does not
/// open, when its objects are damaged, or when the address has changed. Commits built here and not yet pushed are lost
/// then; they are rebuilt from the decision that made them.
final class Mirror {
  let directory: String
  let remote: GitRemote
  private var repository: OpaquePointer?
  /// Set when reading met damage: the next fetch begins with an empty mirror.
  private var isDamaged = false

  init(directory: String, remote: GitRemote) {
    self.directory = directory
    self.remote = remote
  }

  deinit { git_repository_free(repository) }

  private var markPath: String { directory + "/serin-mirror" }
  private var mark: [UInt8] { Array("\(remote)\n".utf8) }

  /// The open repository, which is created or made anew when needed. Valid until the next call of `open` or `renew`.
  func open() throws(GitError) -> OpaquePointer {
    if let repository { return repository }
    if let failure = Library.failure { throw .other(failure) }
    let loaded = try load()
    let opened = if let loaded { loaded } else { try create() }
    repository = opened
    return opened
  }

  /// Empties the mirror and begins a new one.
  func renew() throws(GitError) {
    _ = try open()
    git_repository_free(repository)
    repository = nil
    repository = try create()
  }

  /// Lets go of the repository; the next call opens it again.
  func release() {
    git_repository_free(repository)
    repository = nil
  }

  /// Runs the body; damage that it meets is remembered for the next fetch.
  func noticingDamage<T>(_ body: () throws(GitError) -> T) throws(GitError) -> T {
    do throws(GitError) {
      return try body()
    } catch {
      if case .corrupt = error { isDamaged = true }
      throw error
    }
  }

  /// Runs the body on a mirror that is not known to be damaged, and once more on a new one when it meets damage.
  func healing<T>(_ body: () throws(GitError) -> T) throws(GitError) -> T {
    if isDamaged || packs > Self.packLimit { try renew() }
    do throws(GitError) {
      return try body()
    } catch {
      guard case .corrupt = error else { throw error }
      try renew()
      return try noticingDamage(body)
    }
  }

  /// Every fetch with news leaves a pack, and libgit2 cannot merge them; with this many the mirror begins anew.
  private static let packLimit = 500

  private var packs: Int {
    (Folder.names(in: directory + "/objects/pack") ?? []).count { $0.hasSuffix(".pack") }
  }

  /// Opens what is there: nil when nothing usable of ours is there, an error when the folder is somebody else's.
  private func load() throws(GitError) -> OpaquePointer? {
    guard let names = Folder.names(in: directory), !names.isEmpty else { return nil }
    guard names.contains("serin-mirror") else {
      throw .invalid("\(directory) holds other files and is no mirror that Serin made: it is left alone")
    }
    guard Folder.read(markPath, limit: 8192) == mark else { return nil }
    var opened: OpaquePointer?
    guard git_repository_open_bare(&opened, directory) == 0, let opened else { return nil }
    var objects: OpaquePointer?
    guard git_repository_odb(&objects, opened) == 0 else {
      git_repository_free(opened)
      return nil
    }
    git_odb_free(objects)
    return opened
  }

  private func create() throws(GitError) -> OpaquePointer {
    isDamaged = false
    Folder.makePath(directory)
    // The mark goes last when emptying and first when filling, so that a crash leaves a folder known as ours.
    Folder.empty(directory, keeping: "serin-mirror")
    try Folder.write(mark, to: markPath)
    var created: OpaquePointer?
    let code = git_repository_init(&created, directory, 1)
    guard code == 0, let created else {
      throw .last(code, "cannot create the mirror in \(directory)", at: .mirror)
    }
    return created
  }
}

extension Mirror {
  /// Makes the bare repository that a file remote names, with an unborn branch.
  func createRemote(_ branch: String) throws(GitError) {
    if let failure = Library.failure { throw .other(failure) }
    let url = try GitURL(remote.url)
    let reference = try GitNames.reference(ofBranch: branch)
    guard url.scheme == .file else { throw .invalid("cannot create \(remote): it is not on this machine") }
    var options = git_repository_init_options()
    git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION))
    options.flags =
      GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
      | GIT_REPOSITORY_INIT_NO_REINIT.rawValue
    var created: OpaquePointer?
    let code = reference.withCString { head in
      options.initial_head = head
      return git_repository_init_ext(&created, url.path, &options)
    }
    git_repository_free(created)
    try check(code, "cannot create \(remote)")
  }

  /// Looks a commit up; `notFound` when the mirror has no such commit.
  func commit(_ id: GitCommitID) throws(GitError) -> Handle {
    let repository = try open()
    var oid = id.oid
    var output: OpaquePointer?
    let code = git_commit_lookup(&output, repository, &oid)
    if code == GIT_ENOTFOUND.rawValue {
      throw .notFound("commit \(id.short) is not in the mirror of \(remote)")
    }
    return try Handle("cannot read commit \(id.short)", free: git_commit_free) { result in
      result.pointee = output
      return code
    }
  }

  /// The tree of a commit.
  func tree(of id: GitCommitID) throws(GitError) -> Handle {
    let commit = try commit(id)
    return try Handle("cannot read the tree of commit \(id.short)", free: git_tree_free) {
      git_commit_tree($0, commit.pointer)
    }
  }

  /// Whether the mirror has the object.
  func has(_ id: GitCommitID) throws(GitError) -> Bool {
    let repository = try open()
    let objects = try Handle("cannot open the objects of \(directory)", free: git_odb_free) {
      git_repository_odb($0, repository)
    }
    var oid = id.oid
    return git_odb_exists(objects.pointer, &oid) != 0
  }

  /// Points a reference of the mirror at a commit.
  func setReference(_ reference: String, to id: GitCommitID) throws(GitError) {
    let repository = try open()
    var oid = id.oid
    var output: OpaquePointer?
    let code = git_reference_create(&output, repository, reference, &oid, 1, nil)
    git_reference_free(output)
    try check(code, "cannot record \(reference) in the mirror")
  }
}
