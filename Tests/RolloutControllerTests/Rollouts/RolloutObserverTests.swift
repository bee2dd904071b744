import KubeModel
import KubeRuntime
import Primitives
import RolloutController
import RolloutCore
import Testing

/// What a look gathers: what the spec names, and no more.
@Suite struct RolloutObserverTests {
  private let stores = ControllerStores()
  private let key = ObjectKey(namespace: "shop", name: "web")
  private let now = Instant(secondsSinceEpoch: 1_800_000_000)

  private var observer: RolloutObserver { RolloutObserver(stores: stores) { _, _ in nil } }

  private func rollout(analysis: JSONValue, image: String = "shop:v1") -> JSONValue {
    [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": ["name": "web", "namespace": "shop", "uid": "u", "generation": 1],
      "spec": [
        "replicas": 1, "selector": ["matchLabels": ["app": "web"]],
        "template": [
          "metadata": ["labels": ["app": "web"]],
          "spec": ["containers": [["name": "web", "image": .string(image)]]],
        ],
        "strategy": ["canary": ["steps": [["analysis": analysis]]]],
      ],
    ]
  }

  private func template(_ name: String, _ namespace: String = "shop", naming: [JSONValue] = []) -> JSONValue {
    var template: JSONValue = ["metadata": ["name": .string(name)], "spec": ["templates": .array(naming)]]
    if !namespace.isEmpty { template.set(.string(namespace), at: "metadata", "namespace") }
    return template
  }

  @Test func templatesAreThoseThatAreNamed() {
    stores.analysisTemplates.replace(with: [
      template("rate", naming: [["templateName": "inner"], ["templateName": "absent"]]),
      template("inner", naming: [["templateName": "all", "clusterScope": true], ["templateName": "rate"]]),
      template("other"), template("all"), template("rate", "other"),
    ])
    stores.clusterAnalysisTemplates.replace(with: [template("all", ""), template("rate", "")])
    stores.rollouts.replace(with: [rollout(analysis: ["templates": [["templateName": "rate"]]])])
    let found = observer.snapshot(of: key, now: now)?.analysisTemplates
    #expect(found?.keys.sorted() == ["cluster/all", "inner", "rate"])
    #expect(found?["rate"]?.namespace == "shop")
  }

  @Test func changedSpecIsReadAnew() {
    let observer = observer
    let analysis: JSONValue = ["templates": [["templateName": "rate"]]]
    stores.analysisTemplates.replace(with: [template("rate"), template("errors")])
    stores.rollouts.replace(with: [rollout(analysis: analysis)])
    let first = observer.snapshot(of: key, now: now)
    stores.rollouts.replace(with: [rollout(analysis: analysis, image: "shop:v2")])
    let second = observer.snapshot(of: key, now: now)
    #expect(second?.reading?.spec.template == second?.rollout.spec["template"])
    #expect(second?.reading != first?.reading)
    stores.rollouts.replace(with: [rollout(analysis: ["templates": [["templateName": "errors"]]])])
    #expect(observer.snapshot(of: key, now: now)?.analysisTemplates.keys.sorted() == ["errors"])
  }

  @Test func goneRolloutHasNoSnapshot() {
    stores.rollouts.replace(with: [])
    #expect(observer.snapshot(of: key, now: now) == nil)
  }
}
