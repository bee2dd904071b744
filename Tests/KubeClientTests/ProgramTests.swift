import Primitives
import Testing

@testable import KubeClient

@Suite struct ProgramTests {
  private static func shell(_ script: String, input: String = "", limit: Int = 1 << 20) -> Program {
    Program(
      command: "/bin/sh",
      arguments: ["-c", script],
      environment: ["PATH": "/usr/bin:/bin"],
      input: Array(input.utf8),
      limit: limit
    )
  }

  private static func failure(_ program: Program, within deadline: Duration = .seconds(20)) async
    -> Program.Failure?
  {
    do throws(Program.Failure) {
      _ = try await program.run(deadline: deadline)
      return nil
    } catch {
      return error
    }
  }

  @Test func readsItsInputAndPrints() async throws {
    let output = try await Self.shell("tr a-z A-Z", input: "hello\n").run(deadline: .seconds(20))
    #expect(String(decoding: output, as: UTF8.self) == "HELLO\n")
  }

  @Test func getsNoVariableThatItIsNotGiven() async throws {
    let output = try await Self.shell("env | cut -d= -f1 | sort | grep -v -e '^_$' -e PWD -e SHLVL")
      .run(deadline: .seconds(20))
    #expect(String(decoding: output, as: UTF8.self) == "PATH\n")
  }

  @Test func mayLeaveLargeInputUnread() async throws {
    let large = String(repeating: "x", count: 1 << 19)
    let output = try await Self.shell("exec <&-; echo done", input: large).run(deadline: .seconds(20))
    #expect(String(decoding: output, as: UTF8.self) == "done\n")
  }

  @Test func tellsEachLineOfStandardError() async throws {
    let lines = Locked<[String]>([])
    _ = try await Self.shell("echo one >&2; echo >&2; printf 'two' >&2").run(deadline: .seconds(20)) { line in
      lines.withLock { $0.append(line) }
    }
    #expect(lines.withLock { $0 } == ["one", "two"])
  }

  @Test func saysHowItEndedAndItsLastWords() async {
    #expect(
      await Self.failure(Self.shell("echo first >&2; echo no database >&2; exit 3"))
        == .ended("exited(3)", words: "no database")
    )
  }

  @Test func mayNotPrintWithoutEnd() async {
    #expect(await Self.failure(Self.shell("yes", limit: 4096)) == .tooMuch(4096))
  }

  @Test(.timeLimit(.minutes(1)))
  func isKilledThoughItDoesNotWantToEnd() async {
    let script = "trap '' TERM; sleep 300 & sleep 300; sleep 300"
    #expect(
      await Self.failure(Self.shell(script), within: .milliseconds(300)) == .tooSlow(.milliseconds(300))
    )
  }

  @Test func isNotThere() async {
    #expect(await Self.failure(Program(command: "/no/such/program")) == .notFound)
  }

  @Test func linesAreBounded() {
    var cutter = LineCutter()
    let long = [UInt8](repeating: UInt8(ascii: "x"), count: 5000)
    #expect(cutter.cut(long + Array("\n\t\nnext\n".utf8)).map(\.utf8.count) == [1027, 4])
    let many = cutter.cut(Array(String(repeating: "a\n", count: 1000).utf8))
    #expect(many.count == LineCutter.most - 2)
    #expect(many.last == "a (what follows is not told)")
    #expect(cutter.rest() == nil && cutter.last == "a")
  }
}
