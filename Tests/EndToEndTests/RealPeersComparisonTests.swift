import Glibc
import KubeClient
import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Comparisons of canary and stable by what a real Prometheus counts.
  @Suite(.enabled(if: access("/usr/bin/promtool", X_OK) == 0, "prometheus is not installed"))
  struct RealPeersComparisonTests {
    @Test(.timeLimit(.minutes(3)))
    func everyMethodPassesAGoodCanaryStopsABadOneAndAdmitsThatTrafficIsTooLittle() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let prometheus = try await Prometheus(in: stage.folder, samples: ComparedTraffic.samples())
        let controller = try Controller(on: stage)
        var names: [String] = []
        for (method, make) in ComparedTraffic.methods {
          for version in ["good", "bad", "few"] {
            names.append("\(method)-\(version)")
            let metric = ComparedTraffic.metric(prometheus.url, make(version))
            let spec: JSONValue = ["metrics": [metric]]
            var run = Manifests.object("argoproj.io/v1alpha1", "AnalysisRun", "\(method)-\(version)", spec)
            run.set("default", at: "metadata", "namespace")
            try await stage.client.create(.analysisRuns, run)
          }
        }
        for (method, _) in ComparedTraffic.methods {
          try await wait(stage, "\(method)-good", for: "Successful", "Harmless")
          try await wait(stage, "\(method)-bad", for: "Failed", "Harmful")
          let few = try await wait(stage, "\(method)-few", for: "Inconclusive", "InsufficientEvidence")
          let forecast =
            method == "ranks"
            ? "so few values do not show a doubling of the values" : "to see a doubling of errors"
          #expect(few["message"]?.string?.contains(forecast) == true, "\(few["message"]?.string ?? "")")
        }
        let verified = try await verify(stage, names)
        #expect(verified.code == 0, "\(verified)")
        #expect(verified.output.split(separator: "\n").count == names.count)
        #expect(verified.output.split(separator: "\n").allSatisfy { $0.contains(": same to the last bit: ") })
        try await forge(stage, names[1])
        let forged = try await verify(stage, names)
        #expect(forged.code == 1 && forged.output.contains("\(names[1]) metric errors: DIFFERS"), "\(forged)")
        #expect(await controller.stop())
      }
    }

    @Test(.timeLimit(.minutes(3)))
    func aReleaseSharesItsRiskForeseesItsGatesAndBlamesNoCanaryForTheRouting() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let prometheus = try await Prometheus(in: stage.folder, samples: ComparedTraffic.samples())
        let controller = try Controller(on: stage)
        let templates = [("few", 0), ("routed", 4)].map { version, count in
          var metric = ComparedTraffic.metric(prometheus.url, ComparedTraffic.counts(version))
          metric["count"] = count > 0 ? JSONValue(count) : nil
          // The one is about little traffic, the other about wrong routing.
          if count == 0 { metric.set(false, at: "compare", "sampleRatio", "check") }
          return Manifests.object("argoproj.io/v1alpha1", "AnalysisTemplate", version, ["metrics": [metric]])
        }
        let steps: JSONValue = [
          ["setWeight": 20], ["analysis": ["templates": [["templateName": "few"]]]],
          ["analysis": ["templates": [["templateName": "routed"]]]],
        ]
        let services = [Manifests.service("stable"), Manifests.service("canary"), Manifests.route]
        let first = Manifests.canary("v1", steps, Manifests.routing)
        try await stage.apply(Manifests.text(templates + services + [first]))
        try await phase(stage, "Healthy", 1)
        try await stage.apply(Manifests.text([Manifests.canary("v2", steps, Manifests.routing)]))
        try await waitUntil("the forecast in serin explain") {
          let words = try await stage.serin("explain", "web").output
          return words.contains(" requests/s this gate needs about ")
            && words.contains(" to see a doubling of errors")
        }
        let skipped = try await stage.serin("promote", "web", "--skip-current-step")
        #expect(skipped.code == 0, "\(skipped)")
        let run = try await waitFor("the wrong routing to be named") {
          try await stage.list(.analysisRuns, "default").first { run in
            run.label("step-index") == "2" && run.status["completedAt"] != nil
          }
        }
        #expect(run.status["message"]?.string?.contains("the routing is wrong: the canary had ") == true)
        #expect(run.annotation("serin.dev/comparisons") == "2")
        let record = try #require(Self.record(run.status))
        #expect(record["rule"]?["metrics"] == 2)
        // −ln of half of 5 %.
        let boundary = record.at("evidence", "harmBoundary")?.double ?? 0
        #expect((boundary - 3.6888794541139363).magnitude < 1e-12)
        #expect(record["verdict"]?["reason"] == "SampleRatioMismatch")
        let rollout = try #require(try await stage.get(.rollouts, "default", "web"))
        #expect(rollout.status["abort"] != true && rollout.status["phase"] != "Degraded")
        let verified = try await verify(stage, [run.name])
        #expect(verified.code == 0, "\(verified)")
        #expect(await controller.stop())
      }
    }

    @discardableResult
    private func wait(_ stage: Stage, _ name: String, for phase: String, _ reason: String) async throws
      -> JSONValue
    {
      let status = try await waitFor("AnalysisRun \(name)", within: .seconds(60)) {
        let status = try await stage.get(.analysisRuns, "default", name)?.status ?? .null
        return status["completedAt"] == nil ? nil : status
      }
      #expect(status["phase"]?.string == phase, "\(name): \(status["message"]?.string ?? "")")
      #expect(Self.record(status)?["verdict"]?["reason"]?.string == reason, "\(name)")
      return status
    }

    private func phase(_ stage: Stage, _ phase: String, _ generation: Int) async throws {
      try await waitUntil("the rollout to be \(phase)") {
        let rollout = try await stage.get(.rollouts, "default", "web") ?? .null
        return rollout.status["phase"]?.string == phase
          && rollout.status["observedGeneration"]?.string == "\(generation)"
      }
    }

    /// Makes a success of a failure, as somebody might who wants it to be one.
    private func forge(_ stage: Stage, _ name: String) async throws {
      var run = try #require(try await stage.get(.analysisRuns, "default", name))
      let text = try #require(Self.text(run.status))
      let other: JSONValue = .string(text.replacing("\"Failed\"", with: "\"Successful\""))
      var results = run.status["metricResults"]?.array ?? []
      var measurements = results[0]["measurements"]?.array ?? []
      measurements[measurements.count - 1].set(other, at: "metadata", Self.key)
      results[0].set(.array(measurements), at: "measurements")
      run.set(.array(results), at: "status", "metricResults")
      let change: JSONValue = ["status": ["metricResults": .array(results)]]
      try await stage.client.patch(.analysisRuns, namespace: "default", name: name, .merge(change))
    }

    private func verify(_ stage: Stage, _ names: [String]) async throws -> Ran {
      try await Ran.program(stage.binary, ["verify"] + names, environment: ["KUBECONFIG": stage.kubeconfig])
    }

    private static let key = "serin.dev/comparison"

    /// The record of a run's only metric.
    private static func text(_ status: JSONValue) -> String? {
      let measurements = status["metricResults"]?[0]?["measurements"]?.array ?? []
      return measurements.last?.at("metadata", key)?.string
    }

    private static func record(_ status: JSONValue) -> JSONValue? {
      text(status).flatMap { try? JSONValue(parsing: $0) }
    }
  }
}

/// What versions of a service do, as Prometheus has counted it for a minute and will for three.
private enum ComparedTraffic {
  /// Requests and errors per second, the share of requests within 0.25 s, and the pods with their latency.
  private static let versions: [(name: String, requests: Double, errors: Double, quick: Double, pods: Int)] =
    [
      ("stable", 450, 22.5, 0.95, 6), ("good", 50, 2.5, 0.95, 6), ("bad", 50, 10, 0.7, 6),
      ("few", 1, 0, 1, 2),
      // Half of all requests, whatever the weight, and it answers few of them.
      ("routed", 450, 300, 0.5, 6),
    ]

  /// Every method, by the version that is the canary.
  static let methods: [(name: String, compare: @Sendable (String) -> JSONValue)] = [
    ("sequential", counts),
    (
      "group",
      { version in
        var compare = counts(version)
        compare["method"] = "groupSequential"
        compare["groupSequential"] = ["looks": 4]
        return compare
      }
    ),
    (
      "buckets",
      { version in
        let query = { (version: String) in
          "sum by (le) (increase(latency_bucket{version=\"\(version)\"}[2s]))"
        }
        let histogram: JSONValue = [
          "canary": .string(query(version)), "stable": .string(query("stable")), "bounds": [0.25, 1],
        ]
        return ["histogram": histogram]
      }
    ),
    (
      "ranks",
      { version in
        let query = { (version: String) -> JSONValue in .string("pod_latency{version=\"\(version)\"}") }
        return ["method": "mannWhitney", "samples": ["canary": query(version), "stable": query("stable")]]
      }
    ),
  ]

  static func counts(_ version: String) -> JSONValue {
    let side = { (version: String) -> JSONValue in
      let count = { (name: String) in "sum(increase(\(name)_total{version=\"\(version)\"}[2s]))" }
      return ["bad": .string(count("errors")), "total": .string(count("requests"))]
    }
    return ["counts": ["canary": side(version), "stable": side("stable")]]
  }

  static func metric(_ prometheus: String, _ compare: JSONValue) -> JSONValue {
    [
      "name": "errors", "interval": "2s", "count": 6, "compare": compare,
      "provider": ["prometheus": ["address": .string(prometheus)]],
    ]
  }

  /// A sample of everything for each half second.
  static func samples() -> String {
    let now = time(nil)
    var families: [(name: String, series: [(labels: String, perSecond: Double, base: Double)])] = [
      ("requests_total", []), ("errors_total", []), ("latency_bucket", []), ("pod_latency", []),
    ]
    for version in versions {
      let label = "version=\"\(version.name)\""
      families[0].series.append((label, version.requests, 0))
      // Who never failed has no series of failures.
      if version.errors > 0 { families[1].series.append((label, version.errors, 0)) }
      for (bound, share) in [("0.25", version.quick), ("1.0", min(1, version.quick + 0.01)), ("+Inf", 1)] {
        families[2].series.append(("\(label),le=\"\(bound)\"", version.requests * share, 0))
      }
      for pod in 0..<version.pods {
        let latency = (version.name == "bad" ? 0.4 : 0.1) + Double(pod) / 100 + version.quick / 1000
        families[3].series.append(("\(label),pod=\"\(pod)\"", 0, latency))
      }
    }
    var lines: [String] = []
    for family in families {
      lines.append("# TYPE \(family.name) unknown")
      for series in family.series {
        for half in -120...360 {
          let value = series.base + series.perSecond * Double(half + 120) / 2
          let second = Double(now) + Double(half) / 2
          lines.append("\(family.name){\(series.labels)} \(value) \(second)")
        }
      }
    }
    return (lines + ["# EOF", ""]).joined(separator: "\n")
  }
}
