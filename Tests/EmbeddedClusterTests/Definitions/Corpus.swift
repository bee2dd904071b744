import Glibc
import KubeModel
import Primitives
import Testing
import YAMLEdit

/// The manifests of Argo Rollouts' examples, which lie beside the repository.
enum Corpus {
  /// The repository.
  static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }

  /// The objects of all files.
  static func objects() throws -> [JSONValue] {
    // One file has `{{args.x}}` without quotes, a mapping as a key, which kubectl cannot read either.
    let files = files(in: "\(root)/../shared/corpus").filter { !$0.hasSuffix("/rollout-linkerd.yaml") }
    let objects = try files.flatMap { try documents(in: $0) }
    try #require(objects.count > 40, "the corpus is not there")
    return objects
  }

  /// The documents of one file.
  static func documents(in path: String) throws -> [JSONValue] {
    let file = try #require(fopen(path, "r"), "\(path) cannot be opened")
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
    return try YAML.parse(bytes).map(\.json).filter { !$0.isNull }
  }

  /// All YAML files in a folder and below, sorted.
  static func files(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !name.hasPrefix(".") else { continue }
      names.append("\(folder)/\(name)")
    }
    return names.sorted().flatMap { $0.hasSuffix(".yaml") ? [$0] : files(in: $0) }
  }
}
