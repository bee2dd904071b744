import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Experiments on the embedded cluster, driven with kubectl: alone, and as a step of a release.
  @Suite(.enabled(if: Kubectl.exists && WebServer.isInstalled, Kubectl.missing))
  struct RealPeersExperimentTests {
    @Test(.timeLimit(.minutes(2)))
    func aStepComparesABaselineWithTheCanaryAndABadComparisonAborts() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let answers = ["/good": (200, "{\"rate\":1}"), "/bad": (200, "{\"rate\":0}")]
        let server = try await WebServer(in: stage.folder, answers: answers)
        let controller = try Controller(on: stage)
        func apply(_ version: String, _ metric: String) async throws {
          let manifests = Self.manifests("\(server.url)/\(metric)", Self.canary(version))
          try await stage.kubectl("apply", "-f", "-", input: manifests)
        }
        try await apply("v1", "good")
        try await stage.waitForPhase("Healthy", "web", "default")
        #expect(try await stage.list(.experiments, "default").isEmpty)

        try await apply("v2", "good")
        try await waitUntil("both templates to run") {
          let sets = try await templates(stage)
          return sets.mapValues(Shop.image) == ["baseline": "shop:v1", "canary": "shop:v2"]
            && sets.values.allSatisfy { $0.status["availableReplicas"]?.int == 1 }
        }
        try await stage.waitForPhase("Paused", "web", "default")
        let experiment = try #require(try await stage.list(.experiments, "default").first)
        let status = try #require(try await stage.get(.rollouts, "default", "web")).status
        #expect(experiment.status["phase"] == "Successful")
        #expect(experiment.name == "web-\(status["currentPodHash"]?.string ?? "")-2-0")
        #expect(status["currentStepIndex"] == 1)
        let run = try #require(try await stage.list(.analysisRuns, "default").first)
        let hash = try await templates(stage)["canary"]?.labels["rollouts-pod-template-hash"]
        #expect(run.name == "\(experiment.name)-compare")
        #expect(run.spec["args"]?[0]?["value"]?.string == hash)
        try await waitUntil("its pods to go after the delay") {
          try await templates(stage).values.allSatisfy { $0.spec["replicas"] == 0 }
        }
        #expect(try await stage.serin("promote", "web").code == 0)
        try await stage.waitForPhase("Healthy", "web", "default")

        try await apply("v3", "bad")
        try await stage.waitForPhase("Degraded", "web", "default")
        let aborted = try #require(try await stage.get(.rollouts, "default", "web")).status
        let message = aborted["message"]?.string ?? ""
        #expect(message.contains("Experiment analysis phase is error/failed: Metric \"rate\""), "\(message)")
        try await waitUntil("v2 alone") {
          let sets = try await stage.list(.replicaSets, "default").filter {
            $0.spec["replicas"]?.int ?? 0 > 0
          }
          return sets.map(Shop.image) == ["shop:v2"]
        }
        try await waitUntil("the Rollout to tell of the analysis") {
          try await stage.list(.events, "default").contains {
            $0["reason"] == "AnalysisRunFailed" && $0.at("involvedObject", "kind") == "Rollout"
          }
        }
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func anExperimentRunsAloneUntilItIsTerminatedAndStartsOver() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let server = try await WebServer(in: stage.folder, answers: ["/good": (200, "{\"rate\":1}")])
        let controller = try Controller(on: stage)
        let manifests = Self.manifests("\(server.url)/good", Self.experiment)
        try await stage.kubectl("apply", "-f", "-", input: manifests)
        try await wait(stage, for: "Running")
        #expect(
          try await templates(stage).mapValues(\.name) == ["blue": "trial-blue", "green": "trial-green"]
        )
        try await waitUntil("the Service to have an endpoint") {
          let slices = try await stage.list(.endpointSlices, "default").filter {
            $0.labels["kubernetes.io/service-name"] == "trial-green"
          }
          return slices.flatMap { $0["endpoints"]?.array ?? [] }.count == 2
        }
        try await waitUntil("the analysis to end") {
          let status = try await stage.get(.experiments, "default", "trial")?.status
          return status?["analysisRuns"]?[0]?["phase"] == "Successful"
        }
        #expect(try await stage.get(.experiments, "default", "trial")?.status["phase"] == "Running")

        try await patch(stage, "{\"spec\":{\"terminate\":true}}")
        try await wait(stage, for: "Successful")
        try await waitUntil("pods and Service to go") {
          let services = try await stage.list(.services, "default").map(\.name)
          let sets = try await templates(stage).values
          return sets.allSatisfy { $0.spec["replicas"] == 0 } && !services.contains("trial-green")
        }

        // As `kubectl argo rollouts retry experiment` does it.
        try await patch(stage, "{\"spec\":{\"terminate\":false},\"status\":null}")
        try await wait(stage, for: "Running")
        try await waitUntil("a run of its own") {
          try await stage.list(.analysisRuns, "default").map(\.name).sorted()
            == ["trial-smoke", "trial-smoke.1"]
        }
        #expect(await controller.stop())
      }
    }

    // MARK: - Helpers

    /// ReplicaSets of Experiments by their template; of several with the same, the one with pods.
    private func templates(_ stage: Stage) async throws -> [String: JSONValue] {
      let sets = try await stage.list(.replicaSets, "default").compactMap { set in
        set.annotations["experiment.argoproj.io/template-name"].map { ($0, set) }
      }
      return Dictionary(sets) { $0.spec["replicas"]?.int ?? 0 > 0 ? $0 : $1 }
    }

    private func wait(_ stage: Stage, for phase: String) async throws {
      try await waitUntil("the experiment to be \(phase)") {
        try await stage.get(.experiments, "default", "trial")?.status["phase"]?.string == phase
      }
    }

    private func patch(_ stage: Stage, _ patch: String) async throws {
      try await stage.kubectl("-n", "default", "patch", "experiment", "trial", "--type=merge", "-p", patch)
    }

    private static func manifests(_ metric: String, _ object: JSONValue) -> String {
      Manifests.text([Manifests.analysisTemplate(metric), object])
    }

    private static func canary(_ version: String) -> JSONValue {
      let argument: JSONValue = ["name": "hash", "value": "{{templates.canary.podTemplateHash}}"]
      let experiment: JSONValue = [
        "duration": "4s", "scaleDownDelaySeconds": 1,
        "templates": [
          ["name": "baseline", "specRef": "stable"], ["name": "canary", "specRef": "canary"],
        ],
        "analyses": [["name": "compare", "templateName": "smoke", "args": [argument]]],
      ]
      return Manifests.canary(version, [["experiment": experiment], ["pause": [:]]])
    }

    private static let experiment: JSONValue = {
      let ports: JSONValue = [["containerPort": 8080]]
      let selector: JSONValue = ["matchLabels": ["app": "trial"]]
      let blue = Manifests.template("blue", app: "trial")
      let green = Manifests.template("green", app: "trial", ports: ports)
      let spec: JSONValue = [
        "scaleDownDelaySeconds": 1,
        "templates": [
          ["name": "blue", "selector": selector, "template": blue],
          ["name": "green", "replicas": 2, "service": [:], "selector": selector, "template": green],
        ],
        "analyses": [["name": "smoke", "templateName": "smoke"]],
      ]
      return Manifests.object("argoproj.io/v1alpha1", "Experiment", "trial", spec)
    }()
  }
}
