import CGlibc
import CommandLineKit
import Glibc

/// The executable: parse, run, and turn what went wrong into one line and an exit code.
@main
enum Serin {
  /// As many as threads that allocate at the same time; each more is memory that is never given back (decision 22).
  private static let arenas: CInt = 2

  static func main() async {
    _ = serin_malloc_limit_arenas(arenas)
    exit(await SerinCommand.runMapped())
  }
}
