import Primitives

/// One thing that `serin lint` found.
struct LintIssue: Sendable, Hashable {
  enum Severity: String, Sendable {
    /// It cannot be applied, or not be followed.
    case error
    /// It may be meant so, or another version may perform it; it does not change the exit code.
    case warning
  }

  let file: String
  /// From 1.
  let line: Int
  /// In code points, from 1.
  let column: Int
  let severity: Severity
  /// The field, as `spec.strategy.canary.steps[1].setWeight`; empty when the whole document is meant.
  let path: String
  let reason: String

  /// `file:line:column: error: path: reason`, which editors know how to jump to.
  func text(color: Bool = false) -> String {
    let style = severity == .error ? Style.bad : .warning
    let field = path.isEmpty ? "" : "\(path): "
    let message = (field + reason).printable
    return "\(file):\(line):\(column): \(style(severity.rawValue, color: color)): \(message)"
  }

  var json: JSONValue {
    [
      "file": .string(file), "line": JSONValue(line), "column": JSONValue(column),
      "severity": .string(severity.rawValue), "path": .string(path), "reason": .string(reason),
    ]
  }
}

/// What `serin lint` found in a set of files, in the order of the files and of their lines.
struct LintReport: Sendable, Equatable {
  var files = 0
  /// Documents with content; empty ones do not count.
  var documents = 0
  private(set) var issues: [LintIssue] = []

  var errors: Int { issues.count { $0.severity == .error } }
  var warnings: Int { issues.count { $0.severity == .warning } }

  /// `2 files, 5 documents, 1 error, 0 warnings`.
  var summary: String {
    [(files, "file"), (documents, "document"), (errors, "error"), (warnings, "warning")].map { count, noun in
      "\(count) \(noun)\(count == 1 ? "" : "s")"
    }.joined(separator: ", ")
  }

  var json: JSONValue {
    [
      "files": JSONValue(files), "documents": JSONValue(documents), "errors": JSONValue(errors),
      "warnings": JSONValue(warnings), "issues": .array(issues.map(\.json)),
    ]
  }

  /// Takes issues over; the same one found on two ways is kept once, and files keep the order they came in.
  mutating func take(_ found: [LintIssue], files order: [String]) {
    let rank = Dictionary(order.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<LintIssue> = []
    issues = found.filter { seen.insert($0).inserted }.enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      return (rank[a.file] ?? 0, a.line, a.column, left.offset) < (
        rank[b.file] ?? 0, b.line, b.column, right.offset
      )
    }.map(\.element)
  }
}
