import Glibc

/// The system's tz database, for the conditions that name a zone.
package enum ZoneFiles {
  /// Where the file of a zone may lie.
  private static let folders = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo"]
  /// The largest file of the database has some four thousand bytes.
  private static let limit = 64 << 10

  /// The bytes of a zone's file; nil when there is none of that name. The caller has seen that the name leads nowhere
  /// else.
  @Sendable package static func read(_ name: String) -> [UInt8]? {
    for folder in folders {
      let file = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { continue }
      defer { close(file) }
      var bytes = [UInt8](repeating: 0, count: limit)
      var count = 0
      while count < limit {
        let more = bytes.withUnsafeMutableBytes {
          Glibc.read(file, $0.baseAddress?.advanced(by: count), limit - count)
        }
        // A folder can be opened but not read.
        guard more >= 0 else { return nil }
        guard more > 0 else { return Array(bytes[..<count]) }
        count += more
      }
    }
    return nil
  }
}
