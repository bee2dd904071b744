package import ArgumentParser
import Glibc

/// `serin`: every command is a type under Commands/; nothing is done here but choosing one.
package struct SerinCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "serin",
    abstract: "Progressive delivery for Kubernetes, declared in Git and recorded in Git.",
    version: SerinVersion.text,
    subcommands: [
      DemoCommand.self, ControllerCommand.self, EmbeddedCommand.self, GetCommand.self, ListCommand.self,
      StatusCommand.self, ExplainCommand.self, PromoteCommand.self, AbortCommand.self, RetryCommand.self,
      PauseCommand.self, ResumeCommand.self, RestartCommand.self, UndoCommand.self, SetCommand.self,
      TerminateCommand.self, CreateCommand.self, LintCommand.self, EvalCommand.self, HistoryCommand.self,
      ReleaseCommand.self, RehearseCommand.self, VerifyCommand.self, SimulateCommand.self,
      SimulateJudgeCommand.self,
      VersionCommand.self,
      CompletionCommand.self,
      DemoAppCommand.self,
    ]
  )

  package init() {}

  /// Parses the process' arguments and runs; answers the exit code and has printed the one line of an error.
  package static func runMapped() async -> Int32 {
    do {
      var command = try await asyncParseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return 0
    } catch let error as CommandFailure {
      Terminal.printError(error.line)
      return error.code.rawValue
    } catch {
      let code = exitCode(for: error)
      let text = fullMessage(for: error)
      if code == .success {
        if !text.isEmpty { print(text) }
        return 0
      }
      if !text.isEmpty { Terminal.printError(text) }
      return code == .validationFailure ? CommandFailure.Code.usage.rawValue : code.rawValue
    }
  }
}

/// What this binary is.
package enum SerinVersion {
  package static let text = "0.1.0"
}
