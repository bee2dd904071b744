import ArgumentParser
import Glibc
import Testing

@testable import CommandLineKit

@Suite struct LintFilesTests {
  private static func names(_ paths: String...) throws(CommandFailure) -> [String] {
    try LintFiles.read(paths).map(\.name)
  }

  @Test func aFolderGivesItsManifestsAtAnyDepthInOrder() throws {
    let folder = try TestFolder()
    for name in [
      "b.yml", "a.yaml", "deep/er/c.json", "deep/d.yaml", "notes.md", "serin.lock", ".hidden.yaml",
      ".github/workflows/ci.yaml",
    ] {
      try folder.write("a: b\n", to: name)
    }
    symlink(folder.path, "\(folder.path)/deep/loop")
    let expected = ["a.yaml", "b.yml", "deep/d.yaml", "deep/er/c.json"].map { "\(folder.path)/\($0)" }
    #expect(try Self.names(folder.path) == expected)
    #expect(try Self.names(folder.path + "/") == expected)
  }

  @Test func aFileIsReadWhateverItsNameAndOnlyOnce() throws {
    let folder = try TestFolder()
    try folder.write("a: b\n", to: "notes.txt")
    try folder.write("c: d\n", to: "a.yaml")
    let (notes, manifest) = ("\(folder.path)/notes.txt", "\(folder.path)/a.yaml")
    #expect(try Self.names(notes, manifest, folder.path, notes) == [notes, manifest])
    #expect(try LintFiles.read([notes]).first?.bytes == Array("a: b\n".utf8))
  }

  @Test func aPathThatIsNotThereIsAMistakeOfUse() throws {
    let error = #expect(throws: CommandFailure.self) { try Self.names("/nonexistent/shop") }
    #expect(error?.code == .usage)
    #expect(error?.line == "serin: linting /nonexistent/shop: No such file or directory")
  }

  @Test func theCommandEndsWithOneWhenThereIsAnError() throws {
    let folder = try TestFolder()
    try folder.write("a: b\n", to: "a.yaml")
    let error = #expect(throws: ExitCode.self) { try LintCommand.parse([folder.path]).run() }
    #expect(error?.rawValue == 1)
  }

  @Test func theCommandEndsWithNothingToSayWhenThereAreOnlyWarnings() throws {
    let folder = try TestFolder()
    try folder.write(LintSamples.rollout(), to: "web.yaml")
    try LintCommand.parse([folder.path, "-o", "name"]).run()
  }

  @Test func aFolderWithoutManifestsIsAMistakeOfUse() throws {
    let folder = try TestFolder()
    try folder.write("# notes\n", to: "README.md")
    let error = #expect(throws: CommandFailure.self) { try LintCommand.parse([folder.path]).run() }
    #expect(error?.code == .usage)
    #expect(error?.line == "serin: linting \(folder.path): there is no .yaml, .yml or .json file")
  }
}
