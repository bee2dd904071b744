import KubeModel
import Primitives
import Testing

@testable import EmbeddedCluster

@Suite("Jobs", .timeLimit(.minutes(1)))
struct WorkloadJobTests {
  private static func job(_ spec: JSONValue = [:], annotations: [String: String] = [:]) -> JSONValue {
    var all = spec
    all["template"] = [
      "metadata": ["annotations": JSONValue(annotations)],
      "spec": ["restartPolicy": "Never", "containers": [["name": "main", "image": "task:1"]]],
    ]
    return [
      "apiVersion": "batch/v1", "kind": "Job", "metadata": ["name": "task", "namespace": "shop"], "spec": all,
    ]
  }

  private static func condition(_ fixture: WorkloadFixture) -> Condition? {
    fixture.object(WorkloadTypes.jobs, "task")?.status["conditions"]?[0].map(Condition.init)
  }

  @Test func aJobIsCompleteWhenEnoughPodsHaveSucceeded() async throws {
    try await WorkloadFixture.run { fixture in
      _ = try fixture.store.create(WorkloadTypes.jobs, Self.job(["completions": 3, "parallelism": 2]))
      try await eventually("complete") { Self.condition(fixture)?.type == "Complete" }
      let status = fixture.object(WorkloadTypes.jobs, "task")?.status
      #expect(status?["succeeded"] == 3)
      #expect(status?["completionTime"]?.string != nil)
      #expect(fixture.pods.count == 3)
    }
  }

  @Test func aJobFailsWhenItsPodsFailTooOften() async throws {
    try await WorkloadFixture.run { fixture in
      let failing = ["serin.dev/exit-code": "3"]
      _ = try fixture.store.create(WorkloadTypes.jobs, Self.job(["backoffLimit": 1], annotations: failing))
      try await eventually("failed") { Self.condition(fixture)?.reason == "BackoffLimitExceeded" }
      #expect(fixture.object(WorkloadTypes.jobs, "task")?.status["failed"] == 2)
    }
  }

  @Test func aJobThatTakesTooLongFailsAndItsPodsGo() async throws {
    try await WorkloadFixture.run { fixture in
      let slow = ["serin.dev/run-time": "1h"]
      let spec: JSONValue = ["activeDeadlineSeconds": 1]
      _ = try fixture.store.create(WorkloadTypes.jobs, Self.job(spec, annotations: slow))
      try await eventually("failed") { Self.condition(fixture)?.reason == "DeadlineExceeded" }
      try await eventually("no pod is left") { fixture.pods.isEmpty }
    }
  }
}
