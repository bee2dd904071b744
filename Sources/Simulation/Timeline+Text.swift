import Primitives

extension Timeline {
  /// The rows as a table: remarks behind `>`, a message in quotes where it changed, no blanks
  /// at the ends of lines. Revisions that wait and Experiments have a column where there are some.
  package var text: String {
    let states = rows.compactMap(\.state)
    let isShown = Self.headings.indices.map { column in
      column < Self.always || states.contains { $0.columns[column - 1] != "-" }
    }
    let shown = { (cells: [String]) in zip(cells, isShown).filter(\.1).map(\.0) }
    let headings = shown(Self.headings)
    let cells = rows.map { row in row.state.map { shown([Self.seconds(row.at)] + $0.columns) } ?? [] }
    let widths = headings.indices.map { column in
      ([headings] + cells).filter { !$0.isEmpty }.map { $0[column].count }.max() ?? 0
    }
    let indent = widths.reduce(0, +) + 2 * widths.count
    var lines = [Self.line(headings, widths, "what is done", indent)]
    var message = ""
    for (row, cells) in zip(rows, cells) {
      guard let state = row.state else {
        lines.append(Self.padded(Self.seconds(row.at), to: widths[0], isNumber: true) + "  > " + row.done[0])
        continue
      }
      var tail = Self.wrapped(row.done)
      if state.message != message, !state.message.isEmpty { tail.append("\"\(state.message)\"") }
      message = state.message
      lines.append(Self.line(cells, widths, tail.first ?? "", indent))
      lines += tail.dropFirst().map { String(repeating: " ", count: indent) + $0 }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let headings = [
    "s", "phase", "step", "requests", "stable", "canary", "older", "waiting", "experiment",
  ]
  /// Columns that are there even where they have nothing to say.
  private static let always = 7

  private static func line(_ cells: [String], _ widths: [Int], _ tail: String, _ indent: Int) -> String {
    var text = ""
    for (column, cell) in cells.enumerated() {
      text += padded(cell, to: widths[column], isNumber: column == 0) + "  "
    }
    text += tail
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func padded(_ text: String, to width: Int, isNumber: Bool) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return isNumber ? blanks + text : text + blanks
  }

  /// Parts joined by commas, in lines of at most 60 characters where the parts allow it.
  private static func wrapped(_ parts: [String]) -> [String] {
    parts.reduce(into: []) { lines, part in
      guard let last = lines.last, last.count + part.count + 2 <= 60 else { return lines.append(part) }
      lines[lines.count - 1] = "\(last), \(part)"
    }
  }
}

extension Timeline.State {
  fileprivate var columns: [String] { [phase, step, requests, stable, canary, older, waiting, experiment] }
}
