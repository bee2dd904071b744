import Subprocess

/// The git command line, as the shop's developers use it: in a folder, with a name of their own.
struct Git: Sendable {
  let directory: String

  /// Runs git and answers what it printed; fails with git's own words.
  @discardableResult
  func callAsFunction(_ arguments: String...) async throws -> String {
    let outcome: (isSuccess: Bool, output: String, words: String)
    do {
      let result = try await Subprocess.run(
        .name("git"),
        arguments: Arguments(["-C", directory] + arguments),
        environment: .inherit.updating([
          "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Ada",
          "GIT_COMMITTER_EMAIL": "ada@example.com", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_PAGER": "cat",
        ]),
        output: .string(limit: 4 << 20),
        error: .string(limit: 1 << 20)
      )
      outcome = (result.terminationStatus.isSuccess, result.standardOutput, result.standardError)
    } catch {
      throw CommandFailure(.failed, "running git: \(error)", hint: "install git")
    }
    guard outcome.isSuccess else {
      let words = outcome.words.split(whereSeparator: \.isNewline).joined(separator: " ")
      throw CommandFailure(.failed, "git \(arguments.joined(separator: " ")): \(words)")
    }
    return outcome.output
  }
}
