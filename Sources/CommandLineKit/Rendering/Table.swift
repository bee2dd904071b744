/// Plain tables: columns as wide as their widest cell, two blanks between them.
struct Table {
  private var rows: [[String]]
  private let least: [Int]

  /// An empty table, whose columns are at least as wide as given.
  init(header: [String], widths: [Int] = []) {
    rows = [header]
    least = widths
  }

  mutating func add(_ row: [String]) { rows.append(row) }

  var widths: [Int] {
    (rows.first ?? []).indices.map { column in
      let widest = rows.map { column < $0.count ? Self.width($0[column]) : 0 }.max() ?? 0
      return column < least.count ? max(widest, least[column]) : widest
    }
  }

  var lines: [String] {
    let widths = widths
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : Self.pad(cell, widths[column])
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The text with blanks up to a width; blanks go before it when it is aligned to the right.
  static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - Self.width(text)))
    return right ? blanks + text : text + blanks
  }

  /// Columns that a text takes; escape sequences take none.
  private static func width(_ text: String) -> Int {
    var width = 0
    var isEscape = false
    for character in text {
      if character == "\u{1B}" { isEscape = true }
      if !isEscape { width += 1 }
      if isEscape, character == "m" { isEscape = false }
    }
    return width
  }
}
