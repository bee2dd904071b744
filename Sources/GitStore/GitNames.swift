/// Checks on names that come from people and manifests, before they reach a refspec or a tree.
enum GitNames {
  /// The full reference of a branch; throws `invalid` for what Git would not accept as a branch, and for names that
  /// would mean something else in a refspec or on a command line.
  static func reference(ofBranch name: String) throws(GitError) -> String {
    let shown = GitURL.printable(String(name.prefix(100)))
    func refuse(_ reason: String) -> GitError { .invalid("branch name \"\(shown)\" is not valid: \(reason)") }
    guard !name.isEmpty else { throw refuse("it is empty") }
    guard name.utf8.count <= 200 else { throw refuse("it is longer than 200 bytes") }
    guard name != "HEAD", name != "@", !name.hasPrefix("-") else { throw refuse("Git reserves it") }
    for scalar in name.unicodeScalars where scalar.value <= 0x20 || scalar.value == 0x7F {
      throw refuse("it holds a blank or a control character")
    }
    for character in "~^:?*[\\" where name.contains(character) { throw refuse("it holds \(character)") }
    guard !name.contains(".."), !name.contains("@{"), !name.hasSuffix(".") else {
      throw refuse("Git reserves it")
    }
    for component in name.split(separator: "/", omittingEmptySubsequences: false) {
      guard !component.isEmpty else { throw refuse("it has an empty part") }
      guard !component.hasPrefix("."), !component.hasSuffix(".lock") else {
        throw refuse("its part \(component) starts with a dot or ends with .lock")
      }
    }
    return "refs/heads/" + name
  }

  /// The path as its components; throws `invalid` for whatever could leave the tree or mean Git's own folder.
  static func components(ofPath path: String) throws(GitError) -> [String] {
    let shown = GitURL.printable(String(path.prefix(200)))
    func refuse(_ reason: String) -> GitError { .invalid("path \"\(shown)\" is not valid: \(reason)") }
    guard !path.isEmpty else { throw refuse("it is empty") }
    guard path.utf8.count <= 4096 else { throw refuse("it is longer than 4096 bytes") }
    guard !path.hasPrefix("/") else { throw refuse("it is absolute") }
    for scalar in path.unicodeScalars where scalar.value < 0x20 || scalar.value == 0x7F {
      throw refuse("it holds a control character")
    }
    guard !path.contains("\\") else { throw refuse("it holds a backslash") }
    let components = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    for component in components {
      guard !component.isEmpty else { throw refuse("it has an empty part") }
      guard component != ".", component != ".." else { throw refuse("it has a part \(component)") }
      guard component.utf8.count <= 255 else { throw refuse("it has a part longer than 255 bytes") }
      guard !isGitFolder(component) else { throw refuse("it reaches into \(component)") }
    }
    return components
  }

  /// `.git` in the spellings that some file system takes for it: any case, trailing dots, blanks or streams, the short
  /// name of old Windows, and code points that a Mac ignores.
  private static func isGitFolder(_ component: String) -> Bool {
    let visible = component.unicodeScalars.filter { !isIgnorable($0) }
    var name = String(String.UnicodeScalarView(visible)).lowercased()
    if let colon = name.firstIndex(of: ":") { name = String(name[..<colon]) }
    while name.hasSuffix(".") || name.hasSuffix(" ") { name.removeLast() }
    return name == ".git" || name == "git~1"
  }

  private static func isIgnorable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x200C...0x200F, 0x202A...0x202E, 0x206A...0x206F, 0xFEFF: true
    default: false
    }
  }
}
