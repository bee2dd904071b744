import AnalysisCore
import Glibc
import Primitives
import Testing

@Suite("The page about conditions")
struct ConditionPageTests {
  /// The page's text; the sources may lie behind a link.
  private static func page(of file: String = #filePath) throws -> String {
    let resolved = try #require(realpath(file, nil))
    defer { free(resolved) }
    let root = String(cString: resolved).split(separator: "/").dropLast(4).joined(separator: "/")
    let stream = try #require(fopen("/\(root)/docs/conditions.md", "r"))
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    while case let byte = fgetc(stream), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("says of each example what it comes to")
  func examples() throws {
    let lines = try Self.page().split(separator: "\n").filter { $0.hasPrefix("    ") && $0.contains("  → ") }
    #expect(lines.count > 35)
    for line in lines {
      let parts = line.dropFirst(4).split(separator: "  → ", maxSplits: 1)
      let sides = parts[0].split(separator: "  with ", maxSplits: 1)
      let environment = try JSONValue(parsing: sides.count > 1 ? String(sides[1]) : "{}").object ?? [:]
      let values = environment.mapValues { ExpressionValue(literal: $0) }
      let natures = values.mapValues { ExpressionNature(of: $0) }
      let condition = try ConditionExpression(parsing: String(sides[0]), environment: natures)
      #expect(try condition.json(values) == parts[1], "\(line)")
    }
  }

  @Test("names every function and nothing else as one")
  func functions() throws {
    let rows = [
      "with a predicate", "lists and maps", "numbers", "texts", "conversions", "time", "of Argo Rollouts",
    ]
    var count = 0
    for line in try Self.page().split(separator: "\n") {
      guard let row = rows.first(where: { line.hasPrefix("| \($0) |") }) else { continue }
      for name in line.dropFirst(row.count + 4).split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
        let error = #expect(throws: ExpressionError.self) {
          try ConditionExpression(parsing: String(name), names: [])
        }
        #expect(error?.message == "function \(name) must be called")
        count += 1
      }
    }
    #expect(count == 77)
  }

  @Test("states the limits that there are")
  func limits() throws {
    let limits = ExpressionLimits.standard
    #expect(limits.length == 16_384 && limits.depth == 100 && limits.treeDepth == 250)
    #expect(limits.steps == 1_000_000 && limits.cells == 1_000_000)
  }
}
