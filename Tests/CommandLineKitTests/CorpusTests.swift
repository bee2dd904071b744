import Primitives
import RolloutCore
import Testing
import YAMLEdit

@testable import CommandLineKit

/// The manifests of Argo Rollouts' examples: all of them are taken without a complaint.
@Suite struct CorpusTests {
  private static let folder =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/../shared/corpus"

  @Test func nothingInThemIsWrong() throws {
    let report = Linter.lint(try LintFiles.read([Self.folder]))
    #expect(report.files > 20)
    let issues = report.issues.filter { issue in
      // What another file or the cluster may have, and routers that another version performs.
      !issue.reason.hasSuffix("is not in the linted files") && !issue.reason.contains("is not supported yet")
        && !issue.reason.hasSuffix("no GitSource can follow both")
    }
    // One file has `{{args.x}}` without quotes, a mapping as a key, which kubectl cannot read either.
    let reason = "invalid YAML: a mapping, list or alias as a key; {{placeholders}} need quotes"
    #expect(issues.map(\.reason) == [reason])
    #expect(issues.first?.file.hasSuffix("/rollout-linkerd.yaml") == true)
  }

  /// The list of what this version leaves out, as the examples know it.
  @Test func whatIsNotPerformedInThemIsThis() throws {
    let report = Linter.lint(try LintFiles.read([Self.folder]))
    #expect(report.issues.map(\.reason).filter { $0.contains("is not supported yet") } == [])
  }
}
