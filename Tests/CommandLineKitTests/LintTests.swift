import Primitives
import Testing

@testable import CommandLineKit

/// Each test lints a small set of files and expects every line of the answer.
@Suite struct LintTests {
  private static func lint(_ files: (String, String)...) -> [String] {
    let report = Linter.lint(files.map { LintInput(name: $0.0, bytes: Array($0.1.utf8)) })
    return report.issues.map { $0.text() } + [report.summary]
  }

  @Test func aShopWithAllItsPartsHasNoIssues() {
    #expect(
      Self.lint(("shop/rollout.yaml", LintSamples.rollout()), ("shop/rest.yaml", LintSamples.rest))
        == ["2 files, 6 documents, 0 errors, 0 warnings"]
    )
  }

  @Test func whatIsNoYAMLIsShownWithItsPlace() {
    #expect(
      Self.lint(("a.yaml", "kind: A\n b: c\n"), ("b.yaml", "a: \"open\n"), ("c.yaml", "a:\n\t- b\n"))
        == [
          "a.yaml:2:3: error: invalid YAML: mapping values are not allowed in this context",
          "b.yaml:2:1: error: invalid YAML: found unexpected end of stream while scanning a quoted scalar "
            + "from line 1",
          "c.yaml:2:1: error: invalid YAML: found character that cannot start any token while scanning for "
            + "the next token",
          "3 files, 0 documents, 3 errors, 0 warnings",
        ]
    )
  }

  @Test func aKeyGivenTwiceIsAnError() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  name: b\n"
    #expect(
      Self.lint(("a.yaml", text))
        == ["a.yaml:5:3: error: the key \"name\" is given twice", "1 file, 1 document, 1 error, 0 warnings"]
    )
  }

  @Test(
    "what is no Kubernetes object is an error",
    arguments: [
      ("- a\n", "1:1: error: a manifest must be a mapping"),
      ("a: b\n", "1:1: error: no Kubernetes object: apiVersion and kind missing"),
      ("kind: Rollout\n", "1:1: error: no Kubernetes object: apiVersion missing"),
      ("# note\n\napiVersion: v1\nkind: ''\n", "3:1: error: no Kubernetes object: kind missing"),
      ("apiVersion: v1\nkind: Service\n", "1:1: error: Service without metadata.name"),
    ]
  )
  func noObject(text: String, issue: String) {
    #expect(Self.lint(("a.yaml", text)) == ["a.yaml:\(issue)", "1 file, 1 document, 1 error, 0 warnings"])
  }

  @Test func emptyDocumentsAreSkipped() {
    #expect(
      Self.lint(("a.yaml", "---\n---\n# only a comment\n"), ("b.yaml", ""))
        == ["2 files, 0 documents, 0 errors, 0 warnings"]
    )
  }

  @Test func filesThatTheSyncRefusesAreErrors() {
    #expect(
      Self.lint(("kustomization.yaml", "resources: []\n"), ("chart/Chart.yaml", "name: x\n"))
        == [
          "kustomization.yaml:1:1: error: Kustomize is not supported yet; commit the rendered manifests",
          "chart/Chart.yaml:1:1: error: Helm charts are not supported yet; commit the rendered manifests",
          "2 files, 0 documents, 2 errors, 0 warnings",
        ]
    )
  }

  @Test func anImpossibleStepIsShownWhereItStands() {
    let steps =
      "- setWeight: 120\n- pause: {duration: 3x}\n- {}\n- setWeight: 5\n  pause: {}\n- setMirror: {}\n- plugin: {name: a/b}"
    let path = "spec.strategy.canary.steps"
    let oneOf =
      "Step must have one of the following set: setWeight, pause, setCanaryScale, experiment, analysis, setHeaderRoute, "
      + "setMirrorRoute, plugin"
    #expect(
      Self.lint(("web.yaml", LintSamples.rollout(steps: steps)), ("rest.yaml", LintSamples.rest))
        == [
          "web.yaml:26:11: error: \(path)[0].setWeight: Invalid value: 120: SetWeight needs to be between 0 and 100",
          "web.yaml:27:19: error: \(path)[1].pause.duration: Invalid value: \"3x\": must be seconds or like 1h30m, "
            + "and not negative",
          "web.yaml:28:11: error: \(path)[2]: Invalid value: {}: \(oneOf)",
          "web.yaml:29:11: error: \(path)[3]: Invalid value: {\"pause\":{},\"setWeight\":5}: a step may have only one "
            + "of pause, setWeight",
          "web.yaml:31:11: warning: \(path)[4].setMirror: unknown field",
          "web.yaml:31:11: error: \(path)[4]: Invalid value: {\"setMirror\":{}}: \(oneOf)",
          "2 files, 6 documents, 5 errors, 1 warning",
        ]
    )
  }

  @Test func aMissingFieldIsShownAtTheNearestPlaceAboveIt() {
    let text =
      "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata:\n  name: web\nspec:\n  replicas: 1\n"
    #expect(
      Self.lint(("web.yaml", text))
        == [
          "web.yaml:5:1: error: spec.selector: Required value: Rollout has missing field '.spec.selector'",
          "web.yaml:5:1: error: spec.template.spec.containers: Required value",
          "web.yaml:5:1: error: spec.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
          "1 file, 1 document, 3 errors, 0 warnings",
        ]
    )
  }

  @Test func whatNoFileHasIsAWarning() {
    let path = "spec.strategy.canary"
    let plugin = "\(path).trafficRouting.plugins.argoproj-labs/gatewayAPI"
    #expect(
      Self.lint(("web.yaml", LintSamples.rollout()))
        == [
          "web.yaml:19:7: warning: \(path).stableService: Service \"shop/web-stable\" is not in the linted files",
          "web.yaml:20:7: warning: \(path).canaryService: Service \"shop/web-canary\" is not in the linted files",
          "web.yaml:24:13: warning: \(plugin).httpRoute: HTTPRoute \"shop/web\" is not in the linted files",
          "web.yaml:29:27: warning: \(path).steps[2].analysis.templates[0].templateName: "
            + "AnalysisTemplate \"shop/success-rate\" is not in the linted files",
          "1 file, 1 document, 0 errors, 4 warnings",
        ]
    )
  }

  @Test func whatTheFilesHaveAndDoesNotFitIsAnError() {
    let rest = LintSamples.rest.replacing("app: web }", with: "app: other }")
      .replacing("- name: web-canary\n          port", with: "- name: web-other\n          port")
    let path = "spec.strategy.canary"
    let selects = "has unmatch label \"app\" in rollout: its selector wants app=other"
    #expect(
      Self.lint(("web.yaml", LintSamples.rollout(args: "[]")), ("rest.yaml", rest))
        == [
          "web.yaml:19:7: error: \(path).stableService: Invalid value: \"web-stable\": Service \"web-stable\" \(selects)",
          "web.yaml:20:7: error: \(path).canaryService: Invalid value: \"web-canary\": Service \"web-canary\" \(selects)",
          "web.yaml:24:13: error: \(path).trafficRouting.plugins.argoproj-labs/gatewayAPI.httpRoute: HTTPRoute "
            + "\"shop/web\" has no rule with both backends \"web-stable\" and \"web-canary\"",
          "web.yaml:28:11: error: \(path).steps[2].analysis: args.service was not resolved",
          "2 files, 6 documents, 4 errors, 0 warnings",
        ]
    )
  }

  @Test func fieldsThatNobodyKnowsAreWarningsWithTheNearestName() {
    let text = LintSamples.rollout().replacing("replicas: 4", with: "replcias: 4\n  foo: 1")
      .replacing("stableService:", with: "stableservice:").replacing("    canary:\n", with: "    Canary:\n")
    #expect(
      Self.lint(("web.yaml", text), ("rest.yaml", LintSamples.rest))
        == [
          "web.yaml:7:3: warning: spec.replcias: unknown field; did you mean \"replicas\"?",
          "web.yaml:8:3: warning: spec.foo: unknown field",
          "web.yaml:18:3: error: spec.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
          "web.yaml:19:5: warning: spec.strategy.Canary: unknown field; did you mean \"canary\"?",
          "2 files, 6 documents, 1 error, 3 warnings",
        ]
    )
  }

  @Test func aVersionThatNobodyServesIsAnError() {
    let text = "apiVersion: serin.dev/v1\nkind: GitSource\nmetadata: {name: a}\nspec: {url: 'file:///a'}\n"
    #expect(
      Self.lint(("a.yaml", text))
        == [
          "a.yaml:1:1: error: apiVersion: Invalid value: \"serin.dev/v1\": must be serin.dev/v1alpha1",
          "1 file, 1 document, 1 error, 0 warnings",
        ]
    )
  }

  @Test func fieldsOfOtherKindsAreNotJudged() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replcias: 1}\n"
    #expect(Self.lint(("a.yaml", text)) == ["1 file, 1 document, 0 errors, 0 warnings"])
  }

  @Test func anAnalysisTemplateIsJudgedByItself() {
    let text = """
      apiVersion: argoproj.io/v1alpha1
      kind: AnalysisTemplate
      metadata:
        name: rate
      spec:
        metrics:
          - name: rate
            successCondition: result >=
            provider:
              prometheus: { address: "http://prometheus", query: up }
      """
    let lines = Self.lint(("rate.yaml", text))
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("rate.yaml:8:7: error: spec.metrics[0].successCondition: "))
    #expect(lines[1] == "1 file, 1 document, 1 error, 0 warnings")
  }

  @Test func aSourceIsJudgedByItself() {
    let text = """
      apiVersion: serin.dev/v1alpha1
      kind: GitSource
      metadata: { name: shop, namespace: shop }
      spec:
        url: ftp://example.com/shop.git
        branhc: main
        interval: 5
        writeBack:
          mode: push
      """
    #expect(
      Self.lint(("source.yaml", text))
        == [
          "source.yaml:5:3: error: spec.url: \"ftp://example.com/shop.git\" is no https, ssh or file address",
          "source.yaml:6:3: warning: spec.branhc: unknown field; did you mean \"branch\"?",
          "source.yaml:7:3: error: spec.interval: \"5\" is no duration of at least 100ms",
          "source.yaml:9:5: error: spec.writeBack.mode: \"push\" is none of commit, branch, none",
          "1 file, 1 document, 3 errors, 1 warning",
        ]
    )
  }

  @Test func anObjectMayStandOnceInAFolder() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n"
    let twice = map + "---\n" + map
    #expect(
      Self.lint(("x/a.yaml", twice), ("y/b.yaml", map))
        == [
          "x/a.yaml:5:1: error: ConfigMap shop/a is already defined at x/a.yaml:1",
          "y/b.yaml:1:1: warning: ConfigMap shop/a is defined at x/a.yaml:1 too; no GitSource can follow both",
          "2 files, 3 documents, 1 error, 1 warning",
        ]
    )
  }

  @Test func aReferenceMeansTheObjectInTheNearestFolder() {
    let other = LintSamples.rest.replacing("app: web }", with: "app: other }")
    let lines = Self.lint(
      ("a/rest.yaml", other),
      ("b/rest.yaml", LintSamples.rest),
      ("b/web.yaml", LintSamples.rollout())
    )
    #expect(lines.filter { $0.contains("error:") } == [])
    #expect(lines.last == "3 files, 11 documents, 0 errors, 5 warnings")
  }

  @Test func objectsWithoutANamespaceAreInThatOfTheSource() {
    let rest = LintSamples.rest.replacing(", namespace: shop }", with: " }")
    let source = """
      apiVersion: serin.dev/v1alpha1
      kind: GitSource
      metadata: { name: shop, namespace: shop }
      spec: { url: "https://git.example.com/shop.git" }
      """
    #expect(
      Self.lint(("web.yaml", LintSamples.rollout()), ("rest.yaml", rest), ("source.yaml", source))
        == ["3 files, 7 documents, 0 errors, 0 warnings"]
    )
  }

  @Test func itemsOfAListAreJudgedWhereTheyStand() {
    let text = """
      apiVersion: v1
      kind: List
      items:
        - apiVersion: v1
          kind: Namespace
          metadata: { name: shop }
        - apiVersion: serin.dev/v1alpha1
          kind: GitSource
          metadata: { name: shop }
          spec:
            url: nonsense
        - kind: Secret
      """
    #expect(
      Self.lint(("list.yaml", text))
        == [
          "list.yaml:11:7: error: spec.url: \"nonsense\" is no https, ssh or file address",
          "list.yaml:12:5: error: no Kubernetes object: apiVersion missing",
          "1 file, 1 document, 2 errors, 0 warnings",
        ]
    )
  }

  @Test func theReportForProgramsHasEveryField() {
    let report = Linter.lint([LintInput(name: "a.yaml", bytes: Array("a: b\n".utf8))])
    #expect(
      report.json == [
        "files": 1, "documents": 1, "errors": 1, "warnings": 0,
        "issues": [
          [
            "file": "a.yaml", "line": 1, "column": 1, "severity": "error", "path": "",
            "reason": "no Kubernetes object: apiVersion and kind missing",
          ]
        ],
      ]
    )
  }

  @Test func coloursMarkTheSeverityOnly() {
    let issue = LintIssue(file: "a", line: 1, column: 2, severity: .warning, path: "p", reason: "r")
    #expect(issue.text(color: true) == "a:1:2: \u{1B}[33mwarning\u{1B}[0m: p: r")
  }
}
