import AnalysisCore
import Primitives
import Testing

/// One line of a table: an expression, the names it may use, and what becomes of it.
///
/// `EXPRESSION [<=== ENVIRONMENT] ===> JSON`, or `===! KIND COLUMN MESSAGE` where there is no value.
struct ConditionCase: CustomTestStringConvertible, Sendable {
  let expression: String
  let environment: String
  let expected: String

  init?(line: Substring) {
    guard let place = ["  ===> ", "  ===! "].compactMap({ line.firstPlace(of: $0) }).min() else { return nil }
    expected = String(line[place...].dropFirst(2))
    let left = line[..<place]
    let arrow = left.firstPlace(of: "  <=== ")
    expression = String(left[..<(arrow ?? place)])
    environment = arrow.map { String(left[$0...].dropFirst(7)) } ?? "{}"
  }

  var testDescription: String { expression }

  /// The lines of a table.
  static func cases(_ table: String) -> [ConditionCase] {
    table.split(separator: "\n").compactMap(ConditionCase.init(line:))
  }

  /// What the expression comes to, written as the table has it.
  var outcome: String {
    do throws(ExpressionError) {
      return "===> " + (try json())
    } catch {
      return "===! \(error.kind) \(error.column) \(error.message)"
    }
  }

  private func json() throws(ExpressionError) -> String {
    guard let fields = (try? JSONValue(parsing: environment))?.object else { return "no environment" }
    let values = fields.mapValues { ExpressionValue(literal: $0) }
    let condition = try ConditionExpression(
      parsing: expression,
      environment: values.mapValues { ExpressionNature(of: $0) }
    )
    let now = Instant(secondsSinceEpoch: 1_800_000_000)
    return try condition.json(values, clock: ExpressionClock(now: now, zoneFile: ZoneFile.named))
  }
}

extension Substring {
  fileprivate func firstPlace(of text: String) -> Index? {
    indices.first { self[$0...].hasPrefix(text) }
  }
}

/// Files of the tz database, made here so that no test rests on the machine's.
enum ZoneFile {
  private static let rules = [
    "Europe/Zurich": "CET-1CEST,M3.5.0,M10.5.0/3", "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "Asia/Kolkata": "IST-5:30",
  ]

  @Sendable static func named(_ name: String) -> [UInt8]? { rules[name].map { bytes(rule: $0) } }

  /// A file of version 2 with these transitions, each to a type of which the offset and the name are given.
  static func bytes(
    rule: String,
    transitions: [(time: Int64, type: UInt8)] = [],
    types: [(offset: Int32, name: String)] = [(0, "LMT")]
  ) -> [UInt8] {
    var names: [UInt8] = []
    var body: [UInt8] = []
    for transition in transitions { body += big(transition.time) }
    for transition in transitions { body.append(transition.type) }
    for type in types {
      body += big(type.offset) + [0, UInt8(names.count)]
      names += Array(type.name.utf8) + [0]
    }
    var file = header(0, 0, 0) + header(transitions.count, types.count, names.count)
    file += body + names
    return file + Array("\n\(rule)\n".utf8)
  }

  private static func header(_ times: Int, _ types: Int, _ characters: Int) -> [UInt8] {
    var bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
    for count in [0, 0, 0, times, types, characters] { bytes += big(Int32(count)) }
    return bytes
  }

  private static func big<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    stride(from: Number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}

@Suite("The condition language by table")
struct ConditionTableTests {
  @Test("literals, operators and names", arguments: ConditionCase.cases(ConditionCase.basics))
  func basics(_ example: ConditionCase) { check(example) }

  @Test(
    "functions",
    arguments: ConditionCase.cases(ConditionCase.functions1 + "\n" + ConditionCase.functions2)
  )
  func functions(_ example: ConditionCase) { check(example) }

  @Test(
    "dates, durations and optional chains",
    arguments: ConditionCase.cases(ConditionCase.timeAndChains1 + "\n" + ConditionCase.timeAndChains2)
  )
  func time(_ example: ConditionCase) { check(example) }

  @Test("closures and patterns", arguments: ConditionCase.cases(ConditionCase.closuresAndPatterns))
  func patterns(_ example: ConditionCase) { check(example) }

  @Test(
    "all of it together, and what is wrong with expressions",
    arguments: ConditionCase.cases(
      [ConditionCase.together1, ConditionCase.together2, ConditionCase.together3].joined(separator: "\n")
    )
  )
  func together(_ example: ConditionCase) { check(example) }

  @Test(
    "the functions of Argo Rollouts, and where Serin has its own way",
    arguments: ConditionCase.cases(ConditionCase.differences)
  )
  func differences(_ example: ConditionCase) { check(example) }

  @Test("has not lost a line")
  func count() {
    let tables = [
      ConditionCase.basics, ConditionCase.functions1, ConditionCase.functions2, ConditionCase.timeAndChains1,
      ConditionCase.timeAndChains2, ConditionCase.closuresAndPatterns, ConditionCase.together1,
      ConditionCase.together2, ConditionCase.together3, ConditionCase.differences,
    ]
    for table in tables { #expect(ConditionCase.cases(table).count == table.split(separator: "\n").count) }
    #expect(tables.reduce(0) { $0 + ConditionCase.cases($1).count } >= 1100)
  }

  private func check(_ example: ConditionCase) {
    #expect(example.outcome == example.expected, "\(example.expression)")
  }
}

@Suite("Zones of the tz database")
struct TimeZoneRuleTests {
  private func text(_ expression: String, _ file: [UInt8]) throws -> String {
    let clock = ExpressionClock(zoneFile: { _ in file })
    return try ConditionExpression(parsing: expression, names: []).json([:], clock: clock)
  }

  @Test("follow their transitions, and their rule after the last")
  func transitions() throws {
    // One hour more from 2000 on, two hours more in the summers after 2010.
    let file = ZoneFile.bytes(
      rule: "STD-1SUM,M3.5.0,M10.5.0/3",
      transitions: [(946_684_800, 1), (1_262_304_000, 2)],
      types: [(0, "OLD"), (3600, "ONE"), (3600, "STD")]
    )
    let format = ".In(timezone('X/Y')).Format('2006-01-02T15:04:05Z07:00 MST')"
    #expect(try text("date('1999-12-31T23:59:59Z')" + format, file) == #""1999-12-31T23:59:59Z OLD""#)
    #expect(try text("date('2000-01-01T00:00:00Z')" + format, file) == #""2000-01-01T01:00:00+01:00 ONE""#)
    #expect(try text("date('2020-07-01T00:00:00Z')" + format, file) == #""2020-07-01T02:00:00+02:00 SUM""#)
    #expect(try text("date('2020-10-25T00:59:59Z')" + format, file) == #""2020-10-25T02:59:59+02:00 SUM""#)
    #expect(try text("date('2020-10-25T01:00:00Z')" + format, file) == #""2020-10-25T02:00:00+01:00 STD""#)
    #expect(try text("date('2020-07-01 12:00', '2006-01-02 15:04', 'X').Unix()", file) == "1593597600")
  }

  @Test("south of the equator summer holds over the new year")
  func south() throws {
    let file = ZoneFile.bytes(rule: "AEST-10AEDT,M10.1.0,M4.1.0/3")
    let format = ".In(timezone('X')).Format('15:04 MST')"
    #expect(try text("date('2024-01-01T00:00:00Z')" + format, file) == #""11:00 AEDT""#)
    #expect(try text("date('2024-07-01T00:00:00Z')" + format, file) == #""10:00 AEST""#)
  }

  @Test("a file that is none is an unknown zone, however it is broken")
  func broken() throws {
    let whole = ZoneFile.bytes(rule: "CET-1", transitions: [(0, 0)])
    for length in 0..<whole.count - 7 {
      let error = #expect(throws: ExpressionError.self) { try text("timezone('X')", Array(whole[..<length])) }
      #expect(error?.message == "unknown time zone X")
    }
    var random = SeededRandom(seed: 7)
    for _ in 0..<2000 {
      var bytes = whole
      for _ in 0..<4 {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      _ = try? text("date('2024-01-01').In(timezone('X'))", bytes)
    }
  }
}
