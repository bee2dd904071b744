import KubeModel
import Primitives
import Simulation
import Testing
import YAMLEdit

/// A file that a person reads from top to bottom: what it shows, the rollout, the world, what people do, and below that
/// the timeline that must come of it.
struct Scenario: Sendable, CustomTestStringConvertible {
  /// The folder and the file, without its ending.
  let name: String
  let path: String
  let document: JSONValue
  /// All lines before the timeline.
  let head: String
  /// The table as it stands in the file; empty in one that was never recorded.
  let golden: String

  var testDescription: String { name }

  /// Every file of every folder, and what is wrong with those that cannot be read.
  private static let loaded: (scenarios: [Scenario], broken: [String]) = {
    let root = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Scenarios"
    var loaded: (scenarios: [Scenario], broken: [String]) = ([], [])
    for folder in TextFile.names(in: root) {
      for file in TextFile.names(in: "\(root)/\(folder)") {
        do {
          loaded.scenarios.append(try Scenario(name: "\(folder)/\(file)", path: "\(root)/\(folder)/\(file)"))
        } catch {
          loaded.broken.append("\(folder)/\(file): \(error)")
        }
      }
    }
    return loaded
  }()

  static var all: [Scenario] { loaded.scenarios }
  static var broken: [String] { loaded.broken }

  private init(name: String, path: String) throws {
    let text = try #require(TextFile.read(path), "it cannot be read")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let end = lines.firstIndex { $0.hasPrefix("timeline:") } ?? lines.endIndex
    self.name = String(name.prefix { $0 != "." })
    self.path = path
    document = try #require(try YAML.parse(Array(text.utf8)).first).json
    head = lines[..<end].joined(separator: "\n")
    golden = document["timeline"]?.string ?? ""
  }

  /// The file with another table.
  func text(with table: String) -> String {
    let lines = table.split(separator: "\n").map { "  \($0)" }
    return "\(head.hasSuffix("\n") ? head : head + "\n")timeline: |2\n\(lines.joined(separator: "\n"))\n"
  }

  /// Plays the scenario.
  func timeline() throws -> Timeline {
    var stage = try Stage(document)
    for (at, action) in try script() { try stage.act(action, at: at) }
    return stage.end(at: try Stage.seconds(document["ends"] ?? "120s"))
  }

  /// What is done, and when: a list with one `time: action` each.
  private func script() throws -> [(at: Duration, action: JSONValue)] {
    var last = Duration.zero
    return try (document["script"]?.array ?? []).map { entry in
      let (time, action) = try #require(entry.object?.first, "\(entry) is not `time: action`")
      let at = try Stage.seconds(.string(time))
      try #require(at >= last, "\(time) is before the action above it")
      last = at
      return (at, action)
    }
  }
}
