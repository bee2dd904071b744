import ArgumentParser
import Primitives

/// `serin version`
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

  @Option(name: .shortAndLong, help: "json for programs.")
  var output: String?

  func run() throws {
    print(
      output == "json" ? (["version": .string(SerinVersion.text)] as JSONValue).text() : SerinVersion.text
    )
  }
}
