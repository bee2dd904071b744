import KubeModel
import Primitives
import Testing
import TrafficPlans

/// Every case of every router: what is written step by step, and that nothing is left of it at the end.
/// `SERIN_RECORD=1 swift test --filter RouterGoldenTests` writes the golden parts anew; they are to be reviewed like
/// code.
@Suite struct RouterGoldenTests {
  @Test func everyFileCanBeRead() {
    #expect(RouterCase.broken.isEmpty)
    #expect(!RouterCase.all.isEmpty)
  }

  @Test(arguments: RouterCase.all)
  func whatIsWrittenIsAsReviewed(of file: RouterCase) throws {
    #expect(
      file.document["shows"]?.string?.hasSuffix(".") == true,
      "it must say in a sentence what it shows"
    )
    var world = try file.world()
    let start = world.objects
    var golden: [JSONValue] = []
    if file.document["settles"]?.bool == true {
      golden.append(entry("before the release", [], RouterWorld(file.objects).objects, start))
    }
    for step in file.steps {
      let before = world.objects
      let lines = try world.follow(file.weights(step), file)
      golden.append(entry(Self.title(of: step), lines, before, world.objects, start: start))
    }
    #expect(world.objects == start, "the objects must be as they were")
    for router in file.routers {
      #expect(!router.leads(to: file.weights([:]).canaryService, world.live))
    }
    if TextFile.isRecording {
      #expect(TextFile.write(file.text(with: .array(golden)), to: file.path))
    } else {
      #expect(
        .array(golden) == file.document["golden"],
        "\(Self.difference(golden, file.document["golden"]?.array ?? []))"
      )
    }
  }

  /// What was written, and how the objects are that it changed.
  private func entry(
    _ asked: String,
    _ done: [String],
    _ before: LiveRoutes,
    _ after: LiveRoutes,
    start: LiveRoutes = [:]
  ) -> JSONValue {
    var entry: JSONValue = ["asked": .string(asked)]
    if !done.isEmpty { entry["done"] = .array(done.map(JSONValue.string)) }
    let changed = after.keys.sorted().filter { before[$0] != after[$0] }
    let now = changed.map { address -> JSONValue in
      after[address] == start[address]
        ? .string("\(address) is as it was at the start") : after[address] ?? .null
    }
    if !now.isEmpty { entry["now"] = .array(now) }
    return entry
  }

  private static func title(of step: JSONValue) -> String {
    let routes = (step["routes"]?.array ?? []).compactMap { $0.object?.first?.value["name"]?.string }
      .map { "route \($0)" }
    let additional = (step["additional"]?.array ?? []).map {
      "\($0["weight"] ?? .null) for \($0["service"]?.string ?? "")"
    }
    let swapped = step["services"].map { ["with \($0["stable"]?.string ?? "") as stable"] } ?? []
    return (["weight \(step["weight"] ?? .null)"] + routes + additional + swapped).joined(separator: ", ")
  }

  /// The first entry that differs.
  private static func difference(_ entries: [JSONValue], _ golden: [JSONValue]) -> String {
    let first = zip(entries, golden).first { $0 != $1 }
    guard let first else { return "\(entries.count) entries instead of \(golden.count)" }
    return "\n  is     \(first.0.text(pretty: true))\n  golden \(first.1.text(pretty: true))"
  }
}
