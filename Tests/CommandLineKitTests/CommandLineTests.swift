import ArgumentParser
import KubeModel
import Primitives
import RolloutCore
import Testing

@testable import CommandLineKit

/// What command lines mean.
@Suite struct CommandLineTests {
  private func parse<Command: ParsableCommand>(
    _ line: String,
    as type: Command.Type = Command.self
  ) async throws -> Command {
    let parsed = try await SerinCommand.asyncParseAsRoot(line.split(separator: " ").map(String.init))
    return try #require(parsed as? Command)
  }

  @Test func promotionsAreToldApart() async throws {
    let plain: PromoteCommand = try await parse("promote web api")
    #expect(plain.names == ["web", "api"] && !plain.full)
    #expect(try await parse("promote web --full", as: PromoteCommand.self).full)
    #expect(try await parse("promote web -c", as: PromoteCommand.self).skipCurrentStep)
    #expect(try await parse("promote web --skip-current-step", as: PromoteCommand.self).skipCurrentStep)
    #expect(try await parse("promote web -a", as: PromoteCommand.self).skipAllSteps)
    for line in ["promote", "promote web -c -a", "promote web --full --skip-all-steps"] {
      await #expect(throws: (any Error).self) { try await parse(line, as: PromoteCommand.self) }
    }
  }

  @Test func retryMeansARolloutUnlessItSaysOtherwise() async throws {
    #expect(try await parse("retry web", as: RetryRolloutCommand.self).names == ["web"])
    #expect(try await parse("retry rollout web api", as: RetryRolloutCommand.self).names == ["web", "api"])
    #expect(try await parse("retry experiment compare", as: RetryExperimentCommand.self).names == ["compare"])
  }

  @Test func theOtherCommandsTakeTheirArguments() async throws {
    #expect(try await parse("restart web --in 5m", as: RestartCommand.self).delay == "5m")
    #expect(try await parse("undo web --to-revision 3", as: UndoCommand.self).toRevision == 3)
    #expect(try await parse("undo web --to-revision=3", as: UndoCommand.self).toRevision == 3)
    let image: SetImageCommand = try await parse("set image web a=b *=c:1")
    #expect(image.name == "web" && image.images == ["a=b", "*=c:1"])
    #expect(
      try await parse("terminate analysisrun r1 r2", as: TerminateAnalysisRunCommand.self).names == [
        "r1", "r2",
      ]
    )
    #expect(try await parse("terminate experiment e", as: TerminateExperimentCommand.self).names == ["e"])
    #expect(
      try await parse("get experiment e -o yaml", as: GetExperimentCommand.self).options.output == .yaml
    )
    #expect(try await parse("get ar r -w", as: GetAnalysisRunCommand.self).options.watch)
    #expect(try await parse("list experiments -A", as: ListExperimentsCommand.self).options.allNamespaces)
    #expect(try await parse("explain web -o json -n shop", as: ExplainCommand.self).output == .json)
    for line in ["set image web", "set image web web", "undo web --to-revision -1", "undo a b"] {
      await #expect(throws: (any Error).self, "\(line)") {
        try await SerinCommand.asyncParseAsRoot(line.split(separator: " ").map(String.init))
      }
    }
  }

  @Test func listsAreWatchedAndNarrowed() async throws {
    let options = try await parse("list ro -w --name web --timestamps", as: ListRolloutsCommand.self).options
    #expect(options.watch && options.timestamps && options.name == "web")
    #expect(try await parse("list ar --watch", as: ListAnalysisRunsCommand.self).options.watch)
  }

  @Test func creatingMeansFilesUnlessItSaysOtherwise() async throws {
    #expect(
      try await parse("create -f a.yaml -f b.yaml -w", as: CreateManifestsCommand.self).filename.count == 2
    )
    let run: CreateAnalysisRunCommand = try await parse(
      "create ar --from smoke --global -a a=b --argument c=d --name n --instance-id i"
    )
    #expect(run.from == "smoke" && run.global && run.argument == ["a=b", "c=d"])
    #expect(run.name == "n" && run.instanceID == "i")
    #expect(
      try await parse("create analysisrun --from-file f --generate-name g", as: CreateAnalysisRunCommand.self)
        .generateName == "g"
    )
    for line in [
      "create", "create analysisrun", "create ar --from a --from-file b", "create ar --from a -a b",
    ] {
      await #expect(throws: (any Error).self, "\(line)") {
        try await SerinCommand.asyncParseAsRoot(line.split(separator: " ").map(String.init))
      }
    }
  }

  @Test func filesToLintAreGivenInEitherWay() async throws {
    let lint: LintCommand = try await parse("lint -f a.yaml b.yaml --filename c.yaml")
    #expect(lint.filename == ["a.yaml", "c.yaml"] && lint.paths == ["b.yaml"])
    await #expect(throws: (any Error).self) { try await parse("lint", as: LintCommand.self) }
  }

  @Test func anUnfinishedLineNamesItsClusterAndNamespace() {
    let options = NameCompletion.options(of: [
      "serin", "get", "ro", "--context=a", "-n", "shop", "--kubeconfig",
    ])
    #expect(options.context == "a" && options.namespace == "shop" && options.kubeconfig == nil)
    #expect(options.arguments == ["--context", "a", "--namespace", "shop"])
    #expect(NameCompletion.options(of: ["serin", "get", "ro", "w"]).arguments == [])
  }

  @Test func namesThatCannotBeReadAreNone() async {
    let words = ["serin", "abort", "--kubeconfig", "/nowhere/kubeconfig", ""]
    #expect(await NameCompletion.names(of: .rollouts, words: words, prefix: "") == [])
  }

  @Test(arguments: [("5", Duration.seconds(5)), ("90s", .seconds(90)), ("1h", .seconds(3600)), ("0", .zero)])
  func aDurationIsSecondsOrGos(text: String, length: Duration) async throws {
    #expect(try duration(text, option: "--in") == length)
  }

  @Test(arguments: ["soon", "-5", "-5s", ""])
  func whatIsNoDurationIsAUsageError(text: String) {
    let error = #expect(throws: CommandFailure.self) { try duration(text, option: "--in") }
    #expect(error?.code == .usage)
    #expect(error?.line == "serin: --in \"\(text)\" is no duration; write it like 90s or 5m")
  }

  @Test(arguments: CompletionCommand.Shell.allCases)
  func everyShellHasItsCompletion(shell: CompletionCommand.Shell) {
    #expect(SerinCommand.completionScript(for: shell.completion).contains("explain"))
  }

  @Test func theStateForProgramsIsTheOneThatClientsMayTrust() {
    let rollout: JSONValue = [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop", "generation": 2],
      "status": ["phase": "Healthy", "observedGeneration": "1"],
    ]
    let json = StatusCommand.json(rollout, RolloutPhase(rollout))
    #expect(json.at("status", "phase") == "Progressing")
    #expect(OutputFormat.name.text([json], isList: false) == "rollout.argoproj.io/web")
  }

  @Test func anExplanationIsASentenceAndATable() {
    let sentence = "Step 1/2 waits\nfor a person."
    let facts = [("Pause", "since\ttoday"), ("New revision", "revision 2")]
    #expect(
      ExplanationText.lines(sentence, facts, color: false)
        == ["Step 1/2 waits for a person.", "", "  Pause:        since today", "  New revision: revision 2"]
    )
    let colored = ExplanationText.lines(sentence, facts, color: true)
    #expect(colored[0] == "\u{1B}[1mStep 1/2 waits for a person.\u{1B}[0m")
  }
}
