import Glibc
import Primitives
import Testing
import YAMLEdit

/// One case of the torture corpus: a text, changes to it, and the bytes or the refusal that must come of them.
struct FixtureCase: Sendable, CustomTestStringConvertible {
  let name: String
  let about: String
  let before: [UInt8]
  let selector: DocumentSelector
  let changes: [YAMLChange]
  /// The reason and, where it matters, the line.
  let refusal: (reason: String, line: Int?)?
  /// Nil for a refusal.
  let after: [UInt8]?

  var testDescription: String { name }

  /// Every folder of the corpus, sorted by name.
  static let all: [FixtureCase] = {
    let root = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures"
    return names(in: root).compactMap { name in
      do {
        return try FixtureCase(name: name, folder: root + "/" + name)
      } catch {
        Issue.record("the fixture \(name) is broken: \(error)")
        return nil
      }
    }
  }()

  private init(name: String, folder: String) throws {
    let manifest = try JSONValue(parsing: try #require(Self.contents(of: folder + "/case.json")))
    let select = try #require(manifest["select"])
    self.name = name
    about = try #require(manifest["about"]?.string)
    before = try #require(Self.contents(of: folder + "/before.yaml"))
    after = Self.contents(of: folder + "/after.yaml")
    selector = DocumentSelector(
      apiVersion: try #require(select["apiVersion"]?.string),
      kind: try #require(select["kind"]?.string),
      namespace: select["namespace"]?.string,
      name: try #require(select["name"]?.string)
    )
    changes = try (manifest["changes"]?.array ?? []).map(Self.change)
    refusal = manifest["refused"].map { ($0["reason"]?.string ?? "", $0["line"]?.int) }
  }

  private static func change(_ value: JSONValue) throws -> YAMLChange {
    func path(_ value: JSONValue?) throws -> [YAMLPathElement] {
      try #require(value?.array).map { $0.int.map(YAMLPathElement.index) ?? .key($0.string ?? "") }
    }
    if value["remove"] != nil { return .remove(try path(value["remove"])) }
    let new = try #require(value["value"])
    return value["set"] != nil ? .set(try path(value["set"]), new) : .insert(try path(value["insert"]), new)
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }

  private static func contents(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }
}
