import Testing
import YAMLEdit

@testable import CommandLineKit

@Suite struct FieldPathTests {
  @Test(
    "a path is taken apart into keys and indexes",
    arguments: [
      ("", []),
      ("spec", ["spec"]),
      (
        "spec.strategy.canary.steps[1].setWeight", ["spec", "strategy", "canary", "steps", 1, "setWeight"]
      ),
      ("items[2].spec.metrics[10].provider", ["items", 2, "spec", "metrics", 10, "provider"]),
      ("steps[0][1]", ["steps", 0, 1]),
      (
        "trafficRouting.plugins.argoproj-labs/gatewayAPI.httpRoutes[0].name",
        ["trafficRouting", "plugins", "argoproj-labs/gatewayAPI", "httpRoutes", 0, "name"]
      ),
      ("metadata.labels[app.kubernetes.io/name]", ["metadata", "labels", "app.kubernetes.io/name"]),
      ("a..b.", ["a", "b"]),
      ("a[", ["a", "["]),
      ("a]b", ["a]b"]),
      ("a[99999999999999999999]", ["a", "99999999999999999999"]),
      ("a[]", ["a", ""]),
    ] as [(String, [YAMLPathElement])]
  )
  func takenApart(path: String, expected: [YAMLPathElement]) {
    #expect(FieldPath.elements(path) == expected)
  }

  @Test func aPathThatTheTextWritesIsReadBackAsItWas() {
    let paths: [[YAMLPathElement]] = [
      ["spec", "containers", 0, "image"], ["metadata", "annotations", "a.b/c"], ["a", "b c", 3],
    ]
    for path in paths { #expect(FieldPath.elements(path.pathText) == path) }
  }
}
