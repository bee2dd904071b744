import Glibc

/// The built `serin` that the tests drive.
enum Binary {
  /// `SERIN_BINARY`, else what was built beside the tests: release before debug; nil when there is none.
  static let path: String? = {
    if let given = getenv("SERIN_BINARY") { return String(cString: given) }
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return ["release", "debug"].map { "/\(root)/.build/\($0)/serin" }.first { access($0, X_OK) == 0 }
  }()

  static var exists: Bool { path != nil }

  /// What a test that is skipped says.
  static let missing = "no binary to drive: build serin, or name one in SERIN_BINARY"

  static var isRelease: Bool { path?.contains("/release/") ?? false }
}
