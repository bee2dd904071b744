import AnalysisCore
import Glibc
import KubeClient
import Logging
import MetricProviders
import Primitives
import RolloutCore
import Testing

@testable import RolloutController

/// Real processes, as they behave and as they misbehave.
@Suite(.timeLimit(.minutes(2))) struct PluginHostTests {
  private static let examples =
    #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/examples/plugins"

  private static func host(_ lines: String) -> PluginHost {
    let now = Instant(secondsSinceEpoch: 1_800_000_000)
    return PluginHost(namespace: "serin", now: { now }, logger: Logger(label: "plugins")) {
      () async throws(KubeError) in
      let data = [
        "stepPlugins": lines, "metricProviderPlugins": lines,
      ]
      return data
    }
  }

  private static func entry(_ path: String, _ more: String = "") -> String {
    "- {name: acme/x, location: 'file://\(path)', timeoutSeconds: 20\(more)}"
  }

  private static func step(
    _ host: PluginHost,
    _ operation: StepPluginStatus.Operation = .run,
    config: JSONValue = [:]
  ) async -> StepPluginAnswer {
    let call = StepPluginCall(
      id: "u/h/0/Run/t/1",
      name: "acme/x",
      operation: operation,
      index: 0,
      config: config,
      state: ["looks": 1],
      podHash: "h"
    )
    return await host.answer(call, ["metadata": ["name": "web", "namespace": "shop"]])
  }

  private static func metric(
    _ host: PluginHost,
    config: JSONValue = [:],
    verb: String = "run",
    secrets: [String] = []
  ) async -> ProviderAnswer {
    let question = PluginHost.MetricQuestion(
      name: "acme/x",
      config: config,
      metric: "errors",
      run: ["metadata": ["name": "run", "namespace": "shop"]],
      inFlight: nil,
      secrets: secrets
    )
    return await host.answer(question, verb: verb)
  }

  /// A plugin that is this shell script.
  private static func withPlugin<Result>(
    _ script: String,
    mode: mode_t = 0o755,
    _ body: (String) async throws -> Result
  ) async throws -> Result {
    var template = Array("/tmp/serin-plugin-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    let bytes = Array("#!/bin/sh\n\(script)\n".utf8)
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    fchmod(descriptor, mode)
    close(descriptor)
    return try await body(path)
  }

  @Test func aStepIsToldWhatItNeeds() async throws {
    let script = #"""
      read -r line
      case "$line" in
        *'"config":{"a":[1]}'*'"id":"u/h/0/Run/t/1"'*'"kind":"step"'*'"status":{"looks":1}'*'"verb":"run","version":1}')
          echo '{"version":1,"phase":"Running","requeueAfter":"1m","message":"at it","status":{"looks":2}}' ;;
        *) echo "{\"version\":1,\"error\":\"unexpected\"}"; echo "$line" >&2 ;;
      esac
      """#
    try await Self.withPlugin(script) { path in
      let answer = await Self.step(Self.host(Self.entry(path)), config: ["a": [1]])
      #expect(answer == .running(after: .seconds(60), message: "at it", state: ["looks": 2]))
    }
  }

  static let bad: [(script: String, says: String)] = [
    ("exit 7", "it ended with exited(7)"), ("echo broken >&2; exit 1", "it ended with exited(1): broken"),
    ("kill -9 $$", "it ended with"), ("true", "it printed nothing"),
    ("echo hello", "its answer is no JSON object: hello"),
    ("echo '[1]'", "its answer is no JSON object: [1]"),
    (#"echo '{"version":1,"phase":"Successful"} {}'"#, "its answer is no JSON object: "),
    (#"echo '{"phase":"Successful"}'"#, "its answer has no version, and this is version 1"),
    (#"echo '{"version":2}'"#, "its answer has version 2, and this is version 1"),
    (#"echo '{"version":1,"error":"no database"}'"#, "no database"),
    (#"echo '{"version":1}'"#, "its answer has no phase"),
    (#"echo '{"version":1,"phase":"Fine"}'"#, "its answer has the phase Fine, and not Running"),
    (#"echo '{"version":1,"phase":"Running","requeueAfter":"soon"}'"#, "its requeueAfter is neither"),
    (#"echo '{"version":1,"phase":"Running","status":[]}'"#, "its status is no object"),
    (#"echo '{"version":1,"phase":"Error","message":"not yet"}'"#, "not yet"),
    ("yes", "it printed more than 1048576 bytes"),
  ]

  @Test(arguments: bad)
  func whatIsNoAnswerIsSaidInOneLine(script: String, says: String) async throws {
    try await Self.withPlugin(script) { path in
      guard case .error(let reason) = await Self.step(Self.host(Self.entry(path))) else {
        Issue.record("no error")
        return
      }
      #expect(reason.hasPrefix("step plugin acme/x: \(says)"), "\(reason)")
      #expect(!reason.contains("\n"))
    }
  }

  @Test func oneThatHangsIsKilled() async throws {
    try await Self.withPlugin("sleep 300 & sleep 300") { path in
      let host = Self.host("- {name: acme/x, location: 'file://\(path)', timeoutSeconds: 1}")
      #expect(await Self.step(host) == .error("step plugin acme/x: it did not answer within 1s"))
      #expect(await Self.metric(host).isOutage)
    }
  }

  @Test func theFileMustBeThereRunnableAndTheOneThatWasMeant() async throws {
    #expect(
      await Self.step(Self.host(Self.entry("/no/such/file")))
        == .error("step plugin acme/x: there is no file /no/such/file")
    )
    let script = #"echo '{"version":1,"phase":"Successful"}'"#
    try await Self.withPlugin(script, mode: 0o600) { path in
      let says = "step plugin acme/x: \(path) is no file that the controller may run"
      #expect(await Self.step(Self.host(Self.entry(path))) == .error(says))
    }
    try await Self.withPlugin(script) { path in
      let found = SHA256.hexadecimal(SHA256.hash(Array("#!/bin/sh\n\(script)\n".utf8)))
      let good = Self.host(Self.entry(path, ", sha256: \(found)"))
      #expect(await Self.step(good) == .successful(message: "", state: nil))
      let wanted = String(repeating: "0", count: 64)
      let other = await Self.step(Self.host(Self.entry(path, ", sha256: '\(wanted)'")))
      #expect(
        other == .error("step plugin acme/x: \(path) has the SHA-256 \(found), and not \(wanted)")
      )
    }
  }

  @Test func whatIsDisabledOrUnknownIsNotRun() async {
    #expect(await Self.step(Self.host(Self.entry("/no/such", ", disabled: true"))) == .disabled)
    #expect(
      await Self.metric(Self.host("[]")).error
        == "metric plugin acme/x: argo-rollouts-config has none under metricProviderPlugins"
    )
  }

  @Test func noSecretIsInWhatComesOfIt() async throws {
    try await Self.withPlugin("read -r l; echo \"t0psecret $URL\" >&2; echo t0psecret; exit 1") { path in
      let host = Self.host(Self.entry(path, ", env: [{name: URL, value: 'http://inner'}]"))
      let reason = await Self.metric(host, secrets: ["t0psecret"]).error ?? ""
      #expect(reason == "metric plugin acme/x: it ended with exited(1): ***** *****")
    }
    try await Self.withPlugin(#"echo '{"version":1,"phase":"Failed","message":"with t0psecret"}'"#) { path in
      let answer = await Self.metric(Self.host(Self.entry(path)), secrets: ["t0psecret"])
      #expect(answer.message == "with *****")
    }
  }

  static let answers: [(reply: String, outcome: ProviderAnswer.Outcome)] = [
    (#""value":0.5"#, .value(.number(0.5))), (#""value":[1,2]"#, .value(.list([1, 2]))),
    (#""value":"up""#, .value(.text("up"))), (#""value":{"a":1}"#, .value(.json(["a": 1]))),
    (#""phase":"Successful","value":1"#, .verdict(.successful)),
    (#""phase":"Inconclusive""#, .verdict(.inconclusive)),
    (#""phase":"Running","resumeAfter":5"#, .unfinished(resumeAfter: .seconds(5))),
    (#""phase":"Running""#, .unfinished(resumeAfter: .seconds(15))),
    (#""phase":"Error","message":"away""#, .error("metric plugin acme/x: away")),
    (
      #""value":null,"metadata":{"a":1}"#,
      .error("metric plugin acme/x: its metadata is not an object of texts")
    ),
  ]

  @Test(arguments: answers)
  func aMetricAnswersWithAValueOrAVerdict(reply: String, outcome: ProviderAnswer.Outcome) async throws {
    try await Self.withPlugin("echo '{\"version\":1,\(reply)}'") { path in
      #expect(await Self.metric(Self.host(Self.entry(path))).outcome == outcome)
    }
  }

  @Test func theExampleInShellCounts() async throws {
    let host = Self.host(Self.entry("\(Self.examples)/loglines.sh"))
    try await Self.withPlugin("# ERROR one\n# fine\n# ERROR two") { file in
      let config: JSONValue = ["file": .string(file), "word": "ERROR"]
      #expect(await Self.metric(host, config: config).value == .number(2))
      #expect(await Self.metric(host, config: config, verb: "terminate").error == nil)
    }
    let missing = await Self.metric(host, config: ["file": "/no/such", "word": "a"])
    #expect(missing.error == "metric plugin acme/x: the file cannot be read")
  }

  @Test(arguments: [
    (
      #"{"decision":"approved","by":"ada"}"#,
      StepPluginAnswer.successful(message: "approved by ada", state: ["looks": 2])
    ),
    (#"{"decision":"rejected"}"#, .failed(message: "rejected by somebody", state: ["looks": 2])),
    ("{}", .running(after: .seconds(60), message: "nobody has decided, 2 looks", state: ["looks": 2])),
  ])
  func theExampleInPythonWaitsForAnApproval(file: String, answer: StepPluginAnswer) async throws {
    let host = Self.host(Self.entry("\(Self.examples)/approve.py"))
    var template = Array("/tmp/serin-approval-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer { unlink(path) }
    let bytes = Array(file.utf8)
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    close(descriptor)
    let config: JSONValue = ["url": .string("file://\(path)")]
    #expect(await Self.step(host, config: config) == answer)
    #expect(await Self.step(host, .abort, config: config) == .successful(message: "", state: nil))
  }

  @Test func anyAnswerIsReadOrRefused() {
    var random = SeededRandom(seed: 6)
    let sample =
      #"{"version":1,"phase":"Running","requeueAfter":30,"status":{"a":[1,2.5,null,"x"]},"message":"m"}"#
    var read = 0
    for _ in 0..<20_000 {
      var bytes = Array(sample.utf8)
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0...2, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(contentsOf: bytes[place...].prefix(9), at: place)
        }
      }
      do throws(PluginFailure) {
        let reply = try PluginProtocol.answer(bytes, "p")
        _ = try StepPluginAnswer(reply, "p")
        _ = try ProviderAnswer(reply, "p")
        read += 1
      } catch {
        #expect(error.description.hasPrefix("p: ") && !error.description.contains("\n"))
      }
    }
    #expect(read > 1000)
  }
}
