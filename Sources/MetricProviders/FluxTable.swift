import AnalysisCore
import Primitives

/// A field of an answer of InfluxDB, by the type that its column has.
enum FluxValue: Equatable {
  case number(Double)
  case integer(Int64)
  case bool(Bool)
  case text(String)
  case null

  var number: Double? {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    case .bool, .text, .null: nil
    }
  }

  /// As JSON, which has no word for NaN: null.
  var json: JSONValue {
    switch self {
    case .number(let number): number.isFinite ? .double(number) : .null
    case .integer(let number): .int(number)
    case .bool(let value): .bool(value)
    case .text(let text): .string(text)
    case .null: .null
    }
  }

  /// As Go prints it.
  var text: String {
    switch self {
    case .number(let number): GoFormat.general(number)
    case .integer(let number): String(number)
    case .bool(let value): String(value)
    case .text(let text): text
    case .null: "<nil>"
    }
  }
}

/// Annotated CSV, in which InfluxDB answers: tables with a line of types, a header, and rows.
enum FluxTable {
  /// The `_value` of every row, in order; a table that tells an error is a failure in its words.
  static func values(of body: [UInt8]) throws(ProviderFailure) -> [FluxValue] {
    var values: [FluxValue] = []
    var (types, defaults, header): ([String], [String], [String]) = ([], [], [])
    for record in try CSV.records(of: body) {
      if record == [""] {
        header = []
      } else if record[0].hasPrefix("#") {
        // Annotations begin a table.
        if !header.isEmpty { (types, defaults, header) = ([], [], []) }
        if record[0] == "#datatype" { types = record }
        if record[0] == "#default" { defaults = record }
      } else if header.isEmpty {
        header = record
      } else {
        try check(record, header)
        guard let place = header.firstIndex(of: "_value"), place < record.count else { continue }
        let fallback = place < defaults.count ? defaults[place] : ""
        let text = record[place].isEmpty ? fallback : record[place]
        values.append(try value(text, type: place < types.count ? types[place] : "string"))
      }
    }
    return values
  }

  private static func check(_ record: [String], _ header: [String]) throws(ProviderFailure) {
    guard let place = header.firstIndex(of: "error"), !header.contains("_value"), place < record.count else {
      return
    }
    throw ProviderFailure("the server answered: \(record[place])")
  }

  private static func value(_ text: String, type: String) throws(ProviderFailure) -> FluxValue {
    if text.isEmpty, type != "string" { return .null }
    switch type {
    case "double":
      switch text {
      case "NaN": return .number(.nan)
      case "+Inf", "Inf": return .number(.infinity)
      case "-Inf": return .number(-.infinity)
      default: break
      }
      guard let number = Double(text) else { break }
      return .number(number)
    case "long":
      guard let number = Int64(text) else { break }
      return .integer(number)
    case "unsignedLong":
      guard let number = UInt64(text) else { break }
      return Int64(exactly: number).map(FluxValue.integer) ?? .number(Double(number))
    case "boolean":
      guard let value = Bool(text) else { break }
      return .bool(value)
    default: return .text(text)
    }
    throw ProviderFailure("a malformed \(type): \(ProviderRequest.excerpt(Array(text.utf8)))")
  }
}

/// Comma-separated values, RFC 4180.
enum CSV {
  /// The records; an empty line is a record of one empty field.
  static func records(of bytes: [UInt8]) throws(ProviderFailure) -> [[String]] {
    var records: [[String]] = []
    var (record, field): ([String], [UInt8]) = ([], [])
    var isQuoted = false
    func endField() {
      record.append(String(decoding: field, as: UTF8.self))
      field = []
    }
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\"") where isQuoted && place < bytes.count && bytes[place] == byte:
        field.append(byte)
        place += 1
      case UInt8(ascii: "\""): isQuoted.toggle()
      case UInt8(ascii: ",") where !isQuoted: endField()
      case 0x0D where !isQuoted: break
      case 0x0A where !isQuoted:
        endField()
        records.append(record)
        record = []
      default: field.append(byte)
      }
    }
    guard !isQuoted else { throw ProviderFailure("the answer ends within a quoted field") }
    if !field.isEmpty || !record.isEmpty {
      endField()
      records.append(record)
    }
    return records
  }
}
