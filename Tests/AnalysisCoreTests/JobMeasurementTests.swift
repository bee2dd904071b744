import AnalysisCore
import KubeModel
import Primitives
import Testing

private let start = Instant(secondsSinceEpoch: 1_800_000_000)
private let run: JSONValue = {
  var run = analysisRun([metric("smoke")])
  run.set("0f8fad5b-d9cb-469f-a165-70867728950e", at: "metadata", "uid")
  return run
}()

private func jobSaying(_ condition: String, _ status: String = "True") -> JSONValue {
  ["status": ["conditions": [["type": .string(condition), "status": .string(status), "message": "said"]]]]
}

private func pod(_ list: String, _ reason: String) -> JSONValue {
  [
    "metadata": ["name": "p"],
    "status": [
      list: [["name": "c", "state": ["waiting": ["reason": .string(reason), "message": "no such image"]]]]
    ],
  ]
}

@Suite("A measurement by a Job")
struct JobMeasurementTests {
  @Test(
    "has a Job whose name no other measurement has, of at most 63 characters",
    arguments: [
      ("smoke", 1, "0f8fad5b-d9cb-469f-a165-70867728950e.smoke.1"),
      (
        "a-very-long-name-of-a-metric-indeed", 12,
        "0f8fad5b-d9cb-469f-a165-70867728950e.a-very-long-name-of-a-m.12"
      ),
    ]
  )
  func names(_ metric: String, _ number: Int, _ name: String) {
    #expect(JobMeasurement.name(run: run, metric: metric, number: number) == name)
    #expect(name.count <= 63)
  }

  @Test("is owned by the run in its namespace, and carries the metadata of the metric")
  func owner() {
    let provider: JSONValue = [
      "metadata": ["labels": ["team": "a"], "annotations": ["note": "b"]], "spec": ["backoffLimit": 1],
    ]
    let job = JobMeasurement.job(
      provider: provider,
      of: run,
      metric: "smoke",
      number: 1,
      namespace: "shop"
    )
    #expect(job.spec == ["backoffLimit": 1])
    #expect(job.controllerReference?["uid"]?.string == run.uid)
    #expect(job.labels == ["team": "a", JobMeasurement.runLabel: run.uid])
    #expect(job.annotations["analysisrun.argoproj.io/metric-name"] == "smoke")
    #expect(job.annotations["note"] == "b")
    #expect(JobMeasurement.isOwn(job, of: run))
    let away = JobMeasurement.job(
      provider: provider,
      of: run,
      metric: "smoke",
      number: 1,
      namespace: "jobs"
    )
    #expect(away.controllerReference == nil && away.namespace == "jobs")
    let elsewhere = JobMeasurement.job(
      provider: provider,
      of: run,
      metric: "smoke",
      number: 1,
      namespace: "shop",
      isElsewhere: true
    )
    #expect(elsewhere.controllerReference == nil && elsewhere.namespace == "shop")
    var foreign = job
    foreign.set("other", at: "metadata", "labels", JobMeasurement.runLabel)
    #expect(!JobMeasurement.isOwn(foreign, of: run))
  }

  @Test(
    "means what its Job says",
    arguments: [
      (jobSaying("Complete"), [], "Successful", ""), (jobSaying("Failed"), [], "Failed", "said"),
      (jobSaying("Failed", "False"), [], "Running", ""), (jobSaying("Suspended"), [], "Running", ""),
      (["status": [:]], [pod("containerStatuses", "ContainerCreating")], "Running", ""),
      (
        ["status": [:]], [pod("containerStatuses", "ErrImagePull")], "Inconclusive",
        #"container "c" of pod "p" cannot start: ErrImagePull: no such image"#
      ),
      (
        ["status": [:]], [pod("initContainerStatuses", "ImagePullBackOff")], "Inconclusive",
        #"container "c" of pod "p" cannot start: ImagePullBackOff: no such image"#
      ),
      (
        ["status": [:]], [pod("containerStatuses", "InvalidImageName")], "Inconclusive",
        #"container "c" of pod "p" cannot start: InvalidImageName: no such image"#
      ),
      (jobSaying("Complete"), [pod("containerStatuses", "ErrImagePull")], "Successful", ""),
    ] as [(JSONValue, [JSONValue], String, String)]
  )
  func verdicts(_ job: JSONValue, _ pods: [JSONValue], _ phase: String, _ message: String) {
    let now = start + .seconds(50)
    let measurement = JobMeasurement.measurement(
      job: job,
      pods: pods,
      startedAt: start,
      now: now,
      metadata: [JobReference.nameKey: "j"]
    )
    #expect(measurement.phase.rawValue == phase)
    #expect(measurement.message == message)
    #expect(measurement.startedAt == start && measurement.metadata == ["job-name": "j"])
    #expect(measurement.finishedAt == (phase == "Running" ? nil : now))
    #expect(measurement.resumeAt == (phase == "Running" ? now + .seconds(10) : nil))
  }

  @Test("is looked at more and more rarely")
  func pauses() {
    for (elapsed, pause) in [(0, 1000), (2, 2000), (50, 10_000), (1800, 60_000)] {
      #expect(JobMeasurement.pause(after: .seconds(elapsed)) == .milliseconds(pause))
    }
    #expect(JobMeasurement.pause(after: .seconds(-5)) == .seconds(1))
  }

  @Test("leaves no Job behind of measurements that are no longer kept")
  func garbage() {
    var driver = Driver(
      analysisRun(
        [metric("m", ["interval": "1m"])],
        ["measurementRetention": [["metricName": "m", "limit": 2]]]
      )
    )
    driver.plan()
    var forgotten: [String] = []
    for number in 1...4 {
      let reference = JobReference(namespace: "shop", name: "job-\(number)")
      let measurement = Measurement(
        phase: .successful,
        startedAt: driver.now,
        finishedAt: driver.now,
        metadata: reference.metadata
      )
      forgotten += driver.take("m", measurement).forget.map(\.name)
    }
    #expect(forgotten == ["job-1", "job-2"])
  }
}
