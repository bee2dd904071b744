import ArgumentParser
import Primitives
import YAMLEdit

/// `serin version`
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

  @Option(name: .shortAndLong, help: "json, yaml or name.")
  var output: OutputFormat?

  func run() throws {
    let version: JSONValue = ["version": .string(SerinVersion.text)]
    switch output {
    case .json: Terminal.printNow(version.text())
    case .yaml: Terminal.printNow(YAML.emit(version), terminator: "")
    case .name, nil: Terminal.printNow(SerinVersion.text)
    }
  }
}
