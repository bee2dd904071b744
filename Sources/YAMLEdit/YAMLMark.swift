/// A place in a YAML text.
package struct YAMLMark: Sendable, Hashable {
  /// The line, from 1.
  package let line: Int
  /// The column in code points, from 1.
  package let column: Int
  /// The offset in bytes, from 0; a byte order mark counts.
  package let offset: Int

  /// A place by its line and column from 1 and its offset from 0.
  package init(line: Int, column: Int, offset: Int) {
    self.line = line
    self.column = column
    self.offset = offset
  }
}

/// Why a text is not YAML that Kubernetes could read, and where.
package struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
  /// One line on what is wrong, without the place.
  package let message: String
  /// The line, from 1.
  package let line: Int
  /// The column in code points, from 1.
  package let column: Int
  /// The offset in bytes, from 0.
  package let offset: Int

  /// An error at a place.
  package init(message: String, at mark: YAMLMark) {
    self.message = message
    line = mark.line
    column = mark.column
    offset = mark.offset
  }

  /// The message with its line and column.
  package var description: String { "invalid YAML at line \(line), column \(column): \(message)" }
}
