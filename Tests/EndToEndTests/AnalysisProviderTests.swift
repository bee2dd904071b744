import KubeModel
import Primitives
import Testing

extension EndToEnd {
  /// Providers whose credentials are in Secrets, and one that takes its time, on a live cluster.
  @Suite(.enabled(if: WebServer.isInstalled, WebServer.missing))
  struct AnalysisProviderTests {
    /// A provider's server, which answers 0.5 to whoever has the right credentials.
    struct Guarded: Sendable {
      let name: String
      let path: String
      /// What nginx makes of the credentials of a request, and what they must be.
      let presented: String
      let wanted: String
      let answer: String

      var location: String {
        "location \(path) { set $who \"\(presented)\"; if ($who != '\(wanted)') { return 403 'who is this?'; }"
          + " return 200 '\(answer)'; }"
      }

      static let all = [
        Guarded(
          name: "datadog",
          path: "/dd/api/v1/query",
          presented: "$http_dd_api_key $http_dd_application_key",
          wanted: "hunter2-api hunter2-app",
          answer: #"{"status":"ok","series":[{"pointlist":[[1,0.5]]}]}"#
        ),
        Guarded(
          name: "datadog-of-a-team",
          path: "/team/api/v1/query",
          presented: "$http_dd_api_key $http_dd_application_key",
          wanted: "hunter2-team hunter2-app",
          answer: #"{"status":"ok","series":[{"pointlist":[[1,0.5]]}]}"#
        ),
        Guarded(
          name: "newrelic",
          path: "/nerdgraph",
          presented: "$http_api_key",
          wanted: "hunter2-newrelic",
          answer: #"{"data":{"actor":{"account":{"nrql":{"results":[{"rate":0.5}]}}}}}"#
        ),
        Guarded(
          name: "wavefront",
          path: "/api/v2/chart/api",
          presented: "$http_authorization",
          wanted: "Bearer hunter2-wavefront",
          answer: #"{"timeseries":[{"data":[[1,0.5]]}]}"#
        ),
        Guarded(
          name: "influxdb",
          path: "/api/v2/query",
          presented: "$http_authorization",
          wanted: "Token hunter2-influx",
          answer: #"#datatype,string,long,double\n,result,table,_value\n,_result,0,0.5\n"#
        ),
        Guarded(
          name: "prometheus",
          path: "/api/v1/query",
          presented: "$http_x_team",
          wanted: "hunter2-header",
          answer: #"{"status":"success","data":{"resultType":"scalar","result":[1,"0.5"]}}"#
        ),
      ]
    }

    private static func secret(_ name: String, _ namespace: String, _ data: [String: String]) -> String {
      let object: JSONValue = [
        "apiVersion": "v1", "kind": "Secret",
        "metadata": ["name": .string(name), "namespace": .string(namespace)],
        "stringData": JSONValue(data),
      ]
      return object.text()
    }

    private static func secrets(_ url: String) -> [String] {
      [
        secret(
          "datadog",
          "default",
          ["api-key": "hunter2-api", "app-key": "hunter2-app", "address": "\(url)/dd"]
        ),
        secret(
          "own",
          "team",
          ["api-key": "hunter2-team", "app-key": "hunter2-app", "address": "\(url)/team"]
        ),
        secret(
          "newrelic",
          "default",
          [
            "personal-api-key": "hunter2-newrelic", "account-id": "17",
            "base-url-nerdgraph": "\(url)/nerdgraph",
          ]
        ),
        secret("wavefront-api-tokens", "default", [url: "hunter2-wavefront"]),
        secret("influxdb", "default", ["authToken": "hunter2-influx", "org": "shop", "address": url]),
        secret("headers", "team", ["value": "hunter2-header"]),
      ]
    }

    /// A metric for each; equal questions of a second are asked once, so that those of two rounds differ.
    private static func metrics(_ url: String, asking name: String) -> [JSONValue] {
      let providers: [(String, JSONValue, String)] = [
        ("datadog", ["datadog": ["query": .string("avg:\(name){*}")]], "result"),
        (
          "datadog-of-a-team",
          [
            "datadog": [
              "query": .string("avg:\(name){*}"), "secretRef": ["name": "own", "namespaced": true],
            ]
          ], "result"
        ),
        ("newrelic", ["newRelic": ["query": .string("SELECT \(name)")]], "result.rate"),
        ("wavefront", ["wavefront": ["address": .string(url), "query": .string("ts(\(name))")]], "result"),
        ("influxdb", ["influxdb": ["query": .string("from(bucket: \"\(name)\")")]], "result[0]"),
        (
          "prometheus",
          [
            "prometheus": [
              "address": .string(url), "query": .string(name),
              "headers": [["key": "X-Team", "value": "{{args.header}}"]],
            ]
          ], "result"
        ),
      ]
      return providers.map { name, provider, result in
        [
          "name": .string(name), "successCondition": .string("\(result) == 0.5"),
          "consecutiveErrorLimit": 0, "provider": provider,
        ]
      }
    }

    private static let arguments: JSONFields = [
      "args": [["name": "header", "valueFrom": ["secretKeyRef": ["name": "headers", "key": "value"]]]]
    ]

    @Test(.timeLimit(.minutes(2)))
    func credentialsComeFromSecretsAndAppearNowhere() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let server = try await WebServer(in: stage.folder, locations: Guarded.all.map(\.location))
        try await stage.apply("{apiVersion: v1, kind: Namespace, metadata: {name: team}}")
        for secret in Self.secrets(server.url) { try await stage.apply(secret) }
        let controller = try Controller(on: stage)
        let metrics = Self.metrics(server.url, asking: "first")
        try await stage.createRun("good", metrics, Self.arguments, namespace: "team")
        let good = try await stage.waitForRun("good", namespace: "team") { $0["completedAt"] != nil }
        #expect(good["phase"] == "Successful", "\(good.text())")
        #expect(good["metricResults"]?.array?.count == Guarded.all.count)

        // The same with Secrets that are wrong by now: each is read at every measurement.
        for secret in Self.secrets(server.url) {
          try await stage.apply(secret.split(separator: "hunter2-").joined(separator: "hunter3-"))
        }
        for metric in Self.metrics(server.url, asking: "second") {
          let name = metric["name"]?.string ?? ""
          try await stage.createRun(name, [metric], Self.arguments, namespace: "team")
          let bad = try await stage.waitForRun(name, namespace: "team") { $0["completedAt"] != nil }
          #expect(bad["phase"] == "Error", "\(name): \(bad.text())")
          #expect(bad["message"]?.string?.contains("403 with who is this?") == true, "\(bad.text())")
        }
        let objects = try await stage.list(.analysisRuns, "team") + stage.list(.events, "team")
        #expect(await controller.stop())
        let log = try #require(Files.read(controller.log))
        for text in objects.map({ $0.text() }) + [log] {
          #expect(!text.contains("hunter2") && !text.contains("hunter3"), "\(text)")
        }
      }
    }

    @Test(.timeLimit(.minutes(2)))
    func aJudgementIsBegunOnceAndFoundAgainByARestartedController() async throws {
      try await Stage.run(pods: .simulated) { stage in
        let state = "\(stage.folder)/state.json"
        try Files.write(#"{"complete":false,"status":"running"}"#, to: state)
        let server = try await WebServer(
          in: stage.folder,
          locations: [
            #"location = /canaryConfig { return 200 '[{"id":"c1","name":"main"}]'; }"#,
            #"location = /canary/c1 { return 200 '{"canaryExecutionId":"01ABC"}'; }"#,
            "location = /canary/01ABC { alias \(state); }",
          ]
        )
        let scope: JSONValue = ["scope": "web", "region": "eu", "step": 60]
        let kayenta: JSONValue = [
          "address": .string(server.url), "application": "shop", "canaryConfigName": "main",
          "metricsAccountName": "m", "configurationAccountName": "c", "storageAccountName": "s",
          "threshold": ["pass": 90, "marginal": 75],
          "scopes": [["name": "default", "controlScope": scope, "experimentScope": scope]],
        ]
        let controller = try Controller(on: stage)
        try await stage.createRun("judged", [["name": "m", "provider": ["kayenta": kayenta]]])
        let begun = try await stage.waitForRun("judged") { $0["metricResults"]?[0]?["measurements"] != nil }
        let measurement = begun["metricResults"]?[0]?["measurements"]?[0]
        #expect(
          measurement?["metadata"]?["canaryExecutionId"] == "01ABC" && measurement?["phase"] == "Running"
        )
        controller.kill()
        try controller.start()
        // Not made yet at the first look, made at the second.
        try await waitUntil("a look", within: .seconds(40)) { server.requests.contains("GET /canary/01ABC") }
        try Files.write(
          #"{"complete":true,"result":{"judgeResult":{"score":{"score":92}}}}"#,
          to: state
        )
        let judged = try await stage.waitForRun("judged", within: .seconds(40)) { $0["completedAt"] != nil }
        #expect(judged["phase"] == "Successful", "\(judged.text())")
        #expect(judged["metricResults"]?[0]?["measurements"]?.array?.map { $0["value"] } == ["92"])
        #expect(server.requests.count { $0.hasPrefix("POST /canary/c1") } == 1, "\(server.requests)")
        #expect(await controller.stop())
      }
    }
  }
}
