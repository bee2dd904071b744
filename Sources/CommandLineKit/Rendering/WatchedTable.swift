import KubeModel

/// The lines of a list that is looked at again and again: the table at first, later the rows that say something new.
struct WatchedTable {
  /// Columns that change by themselves and tell nothing.
  private static let clocks: Set<String> = ["AGE", "REMAINING", "TIMESTAMP"]

  private let header: [String]
  private var widths: [Int]?
  private var shown: [ObjectKey: [String]] = [:]

  init(header: [String]) { self.header = header }

  /// What is to be printed now; nothing when every row means what it meant before.
  mutating func lines(_ rows: [(key: ObjectKey, cells: [String])]) -> [String] {
    let news = rows.filter { shown[$0.key] != meaning(of: $0.cells) }
    // What is gone is forgotten: an object that comes back is news.
    shown = Dictionary(rows.map { ($0.key, meaning(of: $0.cells)) }) { first, _ in first }
    let isFirst = widths == nil
    guard isFirst || !news.isEmpty else { return [] }
    var table = Table(header: header, widths: widths ?? [])
    for row in news { table.add(row.cells) }
    widths = table.widths
    return Array(table.lines.dropFirst(isFirst ? 0 : 1))
  }

  private func meaning(of cells: [String]) -> [String] {
    zip(header, cells).filter { !Self.clocks.contains($0.0) }.map(\.1)
  }
}
