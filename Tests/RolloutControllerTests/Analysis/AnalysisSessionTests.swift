import AnalysisCore
import Primitives
import Testing

@testable import RolloutController

@Suite("What is remembered of a run between two writes")
struct AnalysisSessionTests {
  private let start = Instant(secondsSinceEpoch: 1_800_000_000)

  private static func run(version: String, _ status: JSONValue) -> JSONValue {
    [
      "metadata": [
        "namespace": "shop", "name": "run", "uid": "uid", "resourceVersion": .string(version),
      ],
      "spec": ["metrics": [["name": "m", "interval": "1s", "provider": ["prometheus": ["query": "up"]]]]],
      "status": status,
    ]
  }

  private static func status(_ phase: String, measurements: Int) -> JSONValue {
    let finished: JSONValue = ["phase": "Successful", "finishedAt": "2027-01-15T08:00:00Z"]
    return [
      "phase": .string(phase),
      "metricResults": [
        [
          "name": "m", "phase": .string(phase),
          "measurements": .array(Array(repeating: finished, count: measurements)),
        ]
      ],
    ]
  }

  private func due(_ session: AnalysisSession, _ status: JSONValue, after time: Duration = .zero) -> Instant?
  {
    session.writeTime(of: status, now: start + time, pause: .seconds(5))
  }

  @Test("lets a phase be written at once, measurements alone after a pause, and the same never")
  func writes() {
    let one = Self.status("Running", measurements: 1)
    var session = AnalysisSession(Self.run(version: "1", [:]))
    #expect(due(session, one) == start)
    session.wrote(one, version: "2", at: start)
    #expect(due(session, one) == nil)
    let two = Self.status("Running", measurements: 2)
    #expect(due(session, two, after: .seconds(1)) == start + .seconds(5))
    #expect(due(session, two, after: .seconds(6)) == start + .seconds(6))
    #expect(due(session, Self.status("Failed", measurements: 2), after: .seconds(1)) == start + .seconds(1))
  }

  @Test("takes no echo of its own writes for news, and everything that others write")
  func echoes() {
    let own = Self.status("Running", measurements: 1)
    var session = AnalysisSession(Self.run(version: "1", [:]))
    session.wrote(own, version: "2", at: start)
    session.see(Self.run(version: "1", [:]))
    #expect(session.stored == own && session.version == "2")
    session.see(Self.run(version: "2", own))
    #expect(session.stored == own && session.version == "2")
    let foreign = Self.status("Running", measurements: 7)
    session.see(Self.run(version: "3", foreign))
    #expect(session.stored == foreign && session.version == "3")
    #expect(session.work.status == foreign)
  }
}
