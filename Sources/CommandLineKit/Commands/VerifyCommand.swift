import AnalysisCore
import ArgumentParser
import KubeClient
import KubeModel
import Primitives
import YAMLEdit

/// `serin verify`
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compute the verdicts of analysis runs anew from the counts that they store.",
    discussion: """
      A metric with `compare` keeps its raw counts, its rule and its verdict in the AnalysisRun. Each verdict is \
      computed again from the counts and compared to the last bit. It ends with 1 when one differs, or when there is \
      none.
      """
  )

  @OptionGroup var cluster: ClusterOptions

  @Option(name: .shortAndLong, help: "A file with AnalysisRuns, or - for standard input; may be given again.")
  var file: [String] = []

  @Argument(help: "Analysis runs in the cluster.")
  var names: [String] = []

  func run() async throws {
    guard !names.isEmpty || !file.isEmpty else {
      throw CommandFailure(.usage, "name analysis runs, or a file with --file")
    }
    var runs = try Self.read(file)
    if !names.isEmpty { runs += try await fetched() }
    let findings = runs.flatMap(VerifiedComparison.all(in:))
    guard !findings.isEmpty else {
      throw CommandFailure(
        .failed,
        "there is no verdict to verify: no metric of these runs has compared anything"
      )
    }
    for finding in findings { Terminal.printNow(finding.line) }
    let wrong = findings.count { !$0.isSame }
    guard wrong == 0 else {
      throw CommandFailure(
        .failed,
        "\(wrong) of \(findings.count) verdicts are not what their counts come to"
      )
    }
  }

  private func fetched() async throws -> [JSONValue] {
    try await ObjectEditor.with(cluster) { editor in
      var runs: [JSONValue] = []
      for name in names {
        runs.append(
          try await onCluster { () async throws(KubeError) in
            try await editor.client.get(.analysisRuns, namespace: editor.namespace, name: name)
          }
        )
      }
      return runs
    }
  }

  private static func read(_ files: [String]) throws(CommandFailure) -> [JSONValue] {
    try ManifestObjects.read(files).filter { $0.kind == "AnalysisRun" }
  }
}

/// One verdict, computed anew.
struct VerifiedComparison {
  /// Whether every byte is the same.
  let isSame: Bool
  /// What is printed.
  let line: String

  static func all(in run: JSONValue) -> [VerifiedComparison] {
    StoredComparison.all(in: run).map { stored in
      let place = "analysisrun/\(run.name) metric \(stored.metric)"
      do throws(AnalysisIssue) {
        let record = try ComparisonRecord.read(stored.text)
        guard record.text == stored.text else {
          return VerifiedComparison(
            isSame: false,
            line: "\(place): DIFFERS: the counts come to \(record.verdict.phase.rawValue) "
              + "(\(record.verdict.reason.rawValue)): \(record.message)"
          )
        }
        let verdict = "\(record.verdict.phase.rawValue) (\(record.verdict.reason.rawValue))"
        return VerifiedComparison(
          isSame: true,
          line: "\(place): same to the last bit: \(verdict): \(record.message)"
        )
      } catch {
        return VerifiedComparison(isSame: false, line: "\(place): cannot be read: \(error)")
      }
    }
  }
}
