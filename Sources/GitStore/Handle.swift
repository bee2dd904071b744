import CGit2

/// A libgit2 object that lives in one scope; freed with the value.
struct Handle: ~Copyable {
  /// Valid as long as the handle lives; it must not escape.
  let pointer: OpaquePointer
  private let free: (OpaquePointer?) -> Void

  /// Takes what the body stores; throws what the library said when the body fails.
  init(
    _ doing: @autoclosure () -> String,
    free: @escaping (OpaquePointer?) -> Void,
    _ body: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws(GitError) {
    var output: OpaquePointer?
    let code = body(&output)
    guard code >= 0, let output else { throw .last(code, doing(), at: .mirror) }
    pointer = output
    self.free = free
  }

  deinit { free(pointer) }
}

/// Throws what the library said when the code is an error.
func check(_ code: Int32, _ doing: @autoclosure () -> String) throws(GitError) {
  guard code < 0 else { return }
  throw .last(code, doing(), at: .mirror)
}

extension GitCommitID {
  init(_ oid: git_oid) {
    var oid = oid
    var text = [CChar](repeating: 0, count: 41)
    git_oid_tostr(&text, text.count, &oid)
    self.init(trusted: String(decoding: text.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  /// The binary form; every value has one, because the digits were checked.
  var oid: git_oid {
    var oid = git_oid()
    git_oid_fromstr(&oid, hex)
    return oid
  }
}

extension git_oid {
  func equals(_ other: git_oid) -> Bool {
    var (left, right) = (self, other)
    return git_oid_equal(&left, &right) != 0
  }
}
