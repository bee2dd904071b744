import Glibc

/// The terminal: what it can show, and writing to it.
enum Terminal {
  /// Whether standard output shows colours: a terminal, `NO_COLOR` unset, and not `TERM=dumb`.
  static let hasColor: Bool =
    isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil && environment("TERM") != "dumb"

  static let isInteractive: Bool = isatty(STDOUT_FILENO) == 1

  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// Writes a line to standard error.
  static func printError(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

  /// Writes a line to standard output at once, so that a pipe sees it as it happens.
  static func printNow(_ line: String, terminator: String = "\n") {
    write(line + terminator, to: STDOUT_FILENO)
  }

  private static func write(_ text: String, to file: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      // Nobody reads any more, or the device is full: there is no one left to tell.
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}

/// Colours by meaning.
enum Style: String {
  case good = "32"
  case bad = "31"
  case warning = "33"
  case progress = "36"
  case faint = "2"
  case strong = "1"

  /// The text in this style, or as it is where no colour can be shown.
  func callAsFunction(_ text: String, color: Bool = Terminal.hasColor) -> String {
    color && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}
