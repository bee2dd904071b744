/// The name of a commit: forty lower-case hexadecimal digits (SHA-1).
package struct GitCommitID: Sendable, Hashable, CustomStringConvertible {
  /// The digits.
  package let hex: String

  /// Takes the full name of a commit; nil unless it is forty hexadecimal digits.
  package init?(_ hex: String) {
    let digits = hex.lowercased()
    guard digits.utf8.count == 40, digits.utf8.allSatisfy(Self.isDigit) else { return nil }
    self.hex = digits
  }

  /// For names that libgit2 wrote, which need no check.
  init(trusted hex: String) { self.hex = hex }

  /// The first seven digits, as people quote commits.
  package var short: String { String(hex.prefix(7)) }

  package var description: String { hex }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
