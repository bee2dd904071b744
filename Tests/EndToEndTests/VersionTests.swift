import Glibc
import Subprocess
import Testing

/// The built binary, as a user starts it.
@Suite struct VersionTests {
  /// The binary under test: `SERIN_BINARY`; nil when there is none, as in a plain `swift test`.
  static let binary: String? = getenv("SERIN_BINARY").map { String(cString: $0) }

  @Test(.enabled(if: binary != nil, "SERIN_BINARY names no binary"))
  func versionAsJSONIsForPrograms() async throws {
    let result = try await Subprocess.run(
      .name("sh"),
      arguments: ["-c", "exec \"$0\" version -o json", try #require(Self.binary)],
      output: .string(limit: 1024)
    )
    #expect(result.terminationStatus.isSuccess)
    #expect(result.standardOutput == "{\"version\":\"0.1.0\"}\n")
  }
}
