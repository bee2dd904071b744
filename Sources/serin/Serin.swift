import CommandLineKit
import Glibc

/// The executable: parse, run, and turn what went wrong into one line and an exit code.
@main
enum Serin {
  static func main() async {
    exit(await SerinCommand.runMapped())
  }
}
