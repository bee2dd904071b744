import AnalysisCore
import Primitives
import Testing

/// A run that can never be measured, and its message.
struct InvalidRunCase: CustomTestStringConvertible, Sendable {
  let metrics: [JSONValue]
  var spec: JSONFields = [:]
  let message: String

  var testDescription: String { message }
}

private typealias Case = InvalidRunCase

@Suite("An invalid analysis run")
struct InvalidRunTests {
  @Test(
    "ends as Error with the reason, and with a time of completion",
    arguments: [
      Case(metrics: [], message: "Analysis spec invalid: no metrics specified"),
      Case(
        metrics: [metric("a"), metric("a")],
        message: "Analysis spec invalid: metrics[1]: duplicate name 'a'"
      ),
      Case(
        metrics: [metric("a", ["failureLimit": -2])],
        message: "Analysis spec invalid: metrics[0]: failureLimit must be >= -1, where -1 switches it off"
      ),
      Case(
        metrics: [metric("a", ["failureLimit": -1])],
        message:
          "Analysis spec invalid: metrics[0]: failureLimit may be -1 only together with a consecutiveSuccessLimit"
      ),
      Case(
        metrics: [metric("a", ["inconclusiveLimit": -1])],
        message: "Analysis spec invalid: metrics[0]: inconclusiveLimit must be >= 0"
      ),
      Case(
        metrics: [metric("a", ["consecutiveErrorLimit": -1])],
        message: "Analysis spec invalid: metrics[0]: consecutiveErrorLimit must be >= 0"
      ),
      Case(
        metrics: [metric("a", ["consecutiveSuccessLimit": -1])],
        message: "Analysis spec invalid: metrics[0]: consecutiveSuccessLimit must be >= 0"
      ),
      Case(
        metrics: [metric("a", ["count": 1, "failureLimit": 2])],
        message: "Analysis spec invalid: metrics[0]: count must be >= failureLimit"
      ),
      Case(
        metrics: [metric("a", ["count": 1, "inconclusiveLimit": 2])],
        message: "Analysis spec invalid: metrics[0]: count must be >= inconclusiveLimit"
      ),
      Case(
        metrics: [metric("a", ["count": 2])],
        message: "Analysis spec invalid: metrics[0]: interval must be specified when count > 1"
      ),
      Case(
        metrics: [metric("a", ["interval": "often"])],
        message: "Analysis spec invalid: metrics[0]: invalid interval string: often"
      ),
      Case(
        metrics: [metric("a", ["initialDelay": "5"])],
        message: "Analysis spec invalid: metrics[0]: invalid initialDelay string: 5"
      ),
      Case(
        metrics: [metric("a", ["provider": [:]])],
        message: "Analysis spec invalid: metrics[0]: no provider specified"
      ),
      Case(
        metrics: [metric("a", ["provider": ["job": [:], "web": ["url": "u"]]])],
        message: "Analysis spec invalid: metrics[0]: multiple providers specified"
      ),
      Case(
        metrics: [metric("a", ["provider": ["plugin": ["x/a": [:], "x/b": [:]]]])],
        message: "Analysis spec invalid: metrics[0]: multiple providers specified"
      ),
      Case(
        metrics: [metric("a", ["provider": ["opsmx": ["query": "q"]]])],
        message: "Analysis spec invalid: metrics[0]: provider opsmx is not supported"
      ),
      Case(
        metrics: [metric("a", ["successCondition": "result >"])],
        message:
          "Analysis spec invalid: metrics[0]: successCondition: unexpected end of the expression (column 8)"
      ),
      Case(
        metrics: [metric("a")],
        spec: ["dryRun": [["metricName": "b"]]],
        message: "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)"
      ),
      Case(
        metrics: [metric("a")],
        spec: ["measurementRetention": [["metricName": "b", "limit": 2]]],
        message: "Analysis spec invalid: measurementRetention[0]: Rule didn't match any metric name(s)"
      ),
      Case(
        metrics: [metric("a", ["count": "{{args.x}}"])],
        message: "Unable to resolve metric arguments: failed to resolve {{args.x}}"
      ),
      Case(
        metrics: [metric("a")],
        spec: ["args": [["name": "x"]]],
        message: "Unable to resolve metric arguments: args.x was not resolved"
      ),
    ]
  )
  func message(_ example: InvalidRunCase) {
    var driver = Driver(analysisRun(example.metrics, example.spec))
    let plan = driver.plan()
    #expect(plan.measure.isEmpty && plan.wake == nil)
    #expect(driver.phase == "Error")
    #expect(driver.message == example.message)
    #expect(driver.run.at("status", "completedAt") != nil)
    #expect(driver.plan() == AnalysisPlan())
  }

  @Test("is none when only a dry-run metric asks what nobody understands")
  func brokenDryRun() {
    let trial = metric("trial", ["provider": ["opsmx": [:]]])
    var driver = Driver(analysisRun([metric("a"), trial], ["dryRun": [["metricName": "trial"]]]))
    #expect(driver.plan().measure == ["a", "trial"])
  }
}

@Suite("Arguments")
struct ArgumentTests {
  @Test("are put into every text of a metric, numbers as texts included")
  func substitution() throws {
    let run = analysisRun(
      [
        metric(
          "m",
          [
            "count": "{{args.count}}", "interval": "{{ args.every }}",
            "successCondition": "result[0] >= {{args.least}}",
            "provider": [
              "prometheus": [
                "query": #"up{a="{{args.text}}",b="{{ args.text }}"}"#, "address": "{{args.text}}",
              ]
            ],
          ]
        )
      ],
      [
        "args": [
          ["name": "count", "value": "3"], ["name": "every", "value": "20s"],
          ["name": "least", "value": "0.9"],
          ["name": "text", "value": "x\"{{args.count}}\n"],
        ]
      ]
    )
    let spec = try #require(try metricToMeasure("m", of: run))
    #expect(spec.count == 3 && spec.interval == .seconds(20))
    #expect(spec.successCondition == "result[0] >= 0.9")
    guard case .prometheus(let query) = spec.provider else {
      Issue.record("not a Prometheus query")
      return
    }
    #expect(query.query == "up{a=\"x\"{{args.count}}\n\",b=\"x\"{{args.count}}\n\"}")
    #expect(planAnalysisRun(run: run, now: Instant(secondsSinceEpoch: 0)).measure == ["m"])
  }

  @Test("from Secrets are asked for, and stand as a placeholder until then")
  func secrets() throws {
    let reference = SecretKeyReference(name: "prom", key: "token")
    let run = analysisRun(
      [
        metric(
          "m",
          [
            "provider": [
              "web": [
                "url": "http://x", "headers": [["key": "Authorization", "value": "Bearer {{args.t}}"]],
              ]
            ]
          ]
        )
      ],
      ["args": [["name": "t", "valueFrom": ["secretKeyRef": ["name": "prom", "key": "token"]]]]]
    )
    #expect(planAnalysisRun(run: run, now: Instant(secondsSinceEpoch: 0)).secrets == [reference])
    for (secrets, expected) in [([:], "Bearer temp-for-secret"), ([reference: "abc"], "Bearer abc")] {
      let spec = try #require(try metricToMeasure("m", of: run, secrets: secrets))
      guard case .web(let query) = spec.provider else {
        Issue.record("not a web query")
        return
      }
      #expect(query.headers.first?.value == expected)
      #expect(!"\(query.headers)".contains("abc"))
    }
  }

  @Test("from Secrets are read again for a measurement in flight; no metric is known without them")
  func secretsOfResumed() {
    let provider: JSONValue = ["job": ["spec": [:], "metadata": ["labels": ["t": "{{args.t}}"]]]]
    let arguments: JSONValue = [["name": "t", "valueFrom": ["secretKeyRef": ["name": "s", "key": "k"]]]]
    var driver = Driver(analysisRun([metric("m", ["provider": provider])], ["args": arguments]))
    driver.plan()
    driver.take("m", Measurement(phase: .running, startedAt: driver.now, resumeAt: driver.now))
    let plan = driver.plan()
    #expect(plan.resume == ["m"])
    #expect(plan.secrets == [SecretKeyReference(name: "s", key: "k")])
    #expect(AnalysisRunWork(driver.run).metricToMeasure("m") == nil)
    #expect(AnalysisRunWork(analysisRun([metric("n")])).metricToMeasure("n") == MetricSpec(metric("n")))
  }

  @Test("that are no number count as 0 where a number is meant")
  func notNumbers() {
    #expect(MetricSpec(metric("m", ["count": "many"])).effectiveCount == 1)
    #expect(MetricSpec(metric("m", ["count": "many", "interval": "1m"])).effectiveCount == nil)
    #expect(MetricSpec(metric("m", ["failureLimit": "2"])).failureLimit == 2)
  }
}
