import ArgumentParser
import Primitives
import YAMLEdit

/// `serin lint`
struct LintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract: "Find what is wrong with manifests, before they are committed.",
    discussion: """
      All files are linted as one set: a Rollout may name a template, Service or HTTPRoute of any of them. What no \
      file has is a warning, because the cluster may have it. Errors and the summary go to standard output, warnings \
      to standard error. Ends with 1 when there is an error.
      """
  )

  @Option(name: .shortAndLong, help: "json, yaml, or name for the files with issues.")
  var output: OutputFormat?

  @Option(name: [.customShort("f"), .long], help: "Another file, as Argo Rollouts' plugin has it.")
  var filename: [String] = []

  @Argument(
    help: "Files, folders (all their .yaml, .yml and .json), or - for standard input.",
    completion: .file()
  )
  var paths: [String] = []

  func validate() throws {
    guard !(paths + filename).isEmpty else { throw ValidationError("name at least one file or folder") }
  }

  func run() throws {
    let paths = filename + paths
    let inputs = try LintFiles.read(paths)
    guard !inputs.isEmpty else {
      throw CommandFailure(
        .usage,
        "linting \(paths.joined(separator: " ")): there is no .yaml, .yml or .json file"
      )
    }
    let report = Linter.lint(inputs)
    switch output {
    case .json: Terminal.printNow(report.json.text(pretty: true))
    case .yaml: Terminal.printNow(YAML.emit(report.json), terminator: "")
    case .name:
      for input in inputs where report.issues.contains(where: { $0.file == input.name }) {
        Terminal.printNow(input.name)
      }
    case nil:
      for issue in report.issues {
        let text = issue.text(color: Terminal.hasColor)
        if issue.severity == .error { Terminal.printNow(text) } else { Terminal.printError(text) }
      }
      Terminal.printNow(report.summary)
    }
    // The summary has said it: there is no second message.
    guard report.errors == 0 else { throw ExitCode(CommandFailure.Code.failed.rawValue) }
  }
}
