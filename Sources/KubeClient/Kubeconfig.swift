package import Primitives

/// The kubeconfig files of a user, merged: the first file that names an entry wins.
package struct Kubeconfig: Sendable {
  /// A named cluster, user or context, and the file it stands in.
  struct Entry: Sendable {
    let value: JSONValue
    let file: String

    /// Where the file's relative paths begin.
    var folder: String { LocalFile.folder(of: file) }
  }

  private(set) var clusters: [String: Entry] = [:]
  private(set) var users: [String: Entry] = [:]
  private(set) var contexts: [String: Entry] = [:]
  /// The context to use when the caller names none; empty when no file says.
  package private(set) var currentContext = ""
  private(set) var files: [String] = []

  package init() {}

  /// Takes in the next file's content; what earlier files named stays as it is.
  package mutating func merge(_ value: JSONValue, file: String) throws(KubeError) {
    files.append(file)
    if value.isNull { return }  // An empty file is an empty kubeconfig.
    guard value.object != nil else { throw Self.failure(file, "it is no object") }
    if let kind = value["kind"]?.string, kind != "Config" {
      throw Self.failure(file, "its kind is \(kind), not Config")
    }
    if currentContext.isEmpty { currentContext = value["current-context"]?.string ?? "" }
    try Self.merge(value, "clusters", "cluster", file, into: &clusters)
    try Self.merge(value, "users", "user", file, into: &users)
    try Self.merge(value, "contexts", "context", file, into: &contexts)
  }

  /// The names of all contexts, sorted.
  package var contextNames: [String] { contexts.keys.sorted() }

  private static func merge(
    _ value: JSONValue,
    _ list: String,
    _ field: String,
    _ file: String,
    into entries: inout [String: Entry]
  ) throws(KubeError) {
    guard let elements = value[list], !elements.isNull else { return }
    guard let elements = elements.array else { throw failure(file, "\(list) is no list") }
    for (index, element) in elements.enumerated() {
      guard let name = element["name"]?.string else { throw failure(file, "\(list)[\(index)] has no name") }
      if entries[name] == nil {
        entries[name] = Entry(value: element[field] ?? .object([:]), file: file)
      }
    }
  }

  static func failure(_ file: String, _ reason: String) -> KubeError {
    KubeError(.badConfiguration, "cannot use the kubeconfig \(file): \(reason)")
  }
}
