import CGit2

extension Mirror {
  /// All entries under a path, in the order of the tree; a path of a file gives that file.
  func readTree(_ id: GitCommitID, under path: String, limits: GitReadLimits, _ operation: Operation)
    throws(GitError) -> [GitFile]
  {
    let root = try tree(of: id)
    var reading = TreeReading(repository: try open(), limits: limits, operation: operation)
    let start = path.split(separator: "/").joined(separator: "/")
    guard !start.isEmpty, start != "." else {
      try reading.tree(root.pointer, path: "", depth: 0)
      return reading.files
    }
    _ = try GitNames.components(ofPath: start)
    let entry = try entry(at: start, in: root, of: id)
    try reading.entry(entry.pointer, path: start, depth: 0)
    return reading.files
  }

  /// One file; nil when the commit has no file or link there.
  func readFile(_ id: GitCommitID, path: String, limits: GitReadLimits, _ operation: Operation)
    throws(GitError) -> [UInt8]?
  {
    _ = try GitNames.components(ofPath: path)
    let root = try tree(of: id)
    let entry: Handle
    do throws(GitError) {
      entry = try self.entry(at: path, in: root, of: id)
    } catch {
      if case .notFound = error { return nil }
      throw error
    }
    guard git_tree_entry_type(entry.pointer) == GIT_OBJECT_BLOB else { return nil }
    var reading = TreeReading(repository: try open(), limits: limits, operation: operation)
    try reading.entry(entry.pointer, path: path, depth: 0)
    guard let file = reading.files.first else { return nil }
    guard let bytes = file.bytes else {
      throw .invalid("\(path) at \(id.short) has \(file.size) bytes; the limit is \(limits.fileBytes)")
    }
    return bytes
  }

  private func entry(at path: String, in root: borrowing Handle, of id: GitCommitID) throws(GitError)
    -> Handle
  {
    var output: OpaquePointer?
    let code = git_tree_entry_bypath(&output, root.pointer, path)
    if code == GIT_ENOTFOUND.rawValue {
      throw .notFound("commit \(id.short) of \(remote) has no path \(path)")
    }
    return try Handle("cannot read \(path) at \(id.short)", free: git_tree_entry_free) { result in
      result.pointee = output
      return code
    }
  }
}

/// How much one reading of a tree may return.
package struct GitReadLimits: Sendable, Equatable {
  /// A file with more bytes is listed without its content (``GitFile/isTooLarge``).
  package var fileBytes: Int
  /// More content than this in all is an error.
  package var totalBytes: Int
  /// More entries than this are an error.
  package var entries: Int

  package init(fileBytes: Int = 1 << 20, totalBytes: Int = 256 << 20, entries: Int = 100_000) {
    self.fileBytes = fileBytes
    self.totalBytes = totalBytes
    self.entries = entries
  }
}

/// Collects the entries of a tree, depth first.
private struct TreeReading {
  let repository: OpaquePointer
  let limits: GitReadLimits
  let operation: Operation
  var files: [GitFile] = []
  private var total = 0

  init(repository: OpaquePointer, limits: GitReadLimits, operation: Operation) {
    self.repository = repository
    self.limits = limits
    self.operation = operation
  }

  mutating func tree(_ tree: OpaquePointer, path: String, depth: Int) throws(GitError) {
    guard depth < 128 else { throw .invalid("\(path) is nested deeper than 128 folders") }
    for index in 0..<git_tree_entrycount(tree) {
      guard let child = git_tree_entry_byindex(tree, index), let name = git_tree_entry_name(child) else {
        continue
      }
      let childPath = path.isEmpty ? String(cString: name) : path + "/" + String(cString: name)
      try entry(child, path: childPath, depth: depth + 1)
    }
  }

  mutating func entry(_ entry: OpaquePointer, path: String, depth: Int) throws(GitError) {
    try operation.checkpoint()
    guard let id = git_tree_entry_id(entry) else { return }
    switch git_tree_entry_filemode(entry) {
    case GIT_FILEMODE_TREE:
      let child = try Handle("cannot read the folder \(path)", free: git_tree_free) {
        git_tree_lookup($0, repository, id)
      }
      try tree(child.pointer, path: path, depth: depth)
    case GIT_FILEMODE_COMMIT: try append(GitFile(path: path, kind: .submodule, size: 0, bytes: nil))
    case GIT_FILEMODE_LINK: try blob(id, path: path, kind: .symlink)
    case GIT_FILEMODE_BLOB_EXECUTABLE: try blob(id, path: path, kind: .executable)
    default: try blob(id, path: path, kind: .file)
    }
  }

  private mutating func blob(_ id: UnsafePointer<git_oid>, path: String, kind: GitFileKind) throws(GitError) {
    let size = try size(of: id, path: path)
    guard size <= limits.fileBytes else {
      try append(GitFile(path: path, kind: kind, size: size, bytes: nil))
      return
    }
    total += size
    guard total <= limits.totalBytes else {
      throw .invalid("the tree holds more than \(limits.totalBytes) bytes (at \(path))")
    }
    let blob = try Handle("cannot read \(path)", free: git_blob_free) { git_blob_lookup($0, repository, id) }
    // The content belongs to the blob, which lives to the end of this function.
    let bytes = Array(
      UnsafeRawBufferPointer(
        start: git_blob_rawcontent(blob.pointer),
        count: Int(git_blob_rawsize(blob.pointer))
      )
    )
    try append(GitFile(path: path, kind: kind, size: size, bytes: bytes))
  }

  /// Asks for the header alone, so that a huge blob is never read.
  private func size(of id: UnsafePointer<git_oid>, path: String) throws(GitError) -> Int {
    let objects = try Handle("cannot open the objects", free: git_odb_free) {
      git_repository_odb($0, repository)
    }
    var size = 0
    var type = GIT_OBJECT_INVALID
    try check(git_odb_read_header(&size, &type, objects.pointer, id), "cannot read the size of \(path)")
    return size
  }

  private mutating func append(_ file: GitFile) throws(GitError) {
    guard files.count < limits.entries else {
      throw .invalid("the tree holds more than \(limits.entries) entries")
    }
    files.append(file)
  }
}
