import AnalysisCore
import Primitives
import Testing

@Suite("The issues of a template")
struct AnalysisIssueTests {
  @Test("name the path and the reason")
  func issues() {
    let template = analysisRun(
      [
        metric("a", ["successCondition": "results[0] > 1", "failureCondition": "result[0] >"]), metric("a"),
        metric("b", ["count": 2, "interval": "{{args.every}}", "provider": ["web": ["method": "PATCH"]]]),
        metric("c", ["count": 2, "provider": ["opsmx": ["query": "q"]]]),
      ],
      ["args": [["name": "every"], ["name": "every"]]]
    )
    #expect(
      analysisIssues(in: template).map(\.description) == [
        "spec.metrics[0].successCondition: unknown name results (column 1)",
        "spec.metrics[0].failureCondition: unexpected end of the expression (column 11)",
        "spec.metrics[1].name: duplicate name 'a'",
        "spec.metrics[2].provider.web.url: a URL is needed",
        "spec.metrics[2].provider.web.method: method PATCH is not GET, POST or PUT",
        "spec.metrics[3].interval: interval must be specified when count > 1",
        "spec.metrics[3].provider: provider opsmx is not supported",
        "spec.args[1].name: duplicate name 'every'",
      ]
    )
  }

  @Test("are none where arguments are still to come")
  func openArguments() {
    let template = analysisRun([
      metric(
        "a",
        ["count": "{{args.n}}", "interval": "{{args.i}}", "successCondition": "result[0] > {{ args.t }}"]
      )
    ])
    #expect(analysisIssues(in: template).isEmpty)
    #expect(analysisIssues(in: ["spec": ["templates": [["templateName": "x"]]]]).isEmpty)
    #expect(analysisIssues(in: ["spec": [:]]).map(\.description) == ["spec.metrics: no metrics specified"])
  }
}
