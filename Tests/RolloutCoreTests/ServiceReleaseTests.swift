import KubeModel
import Primitives
import RolloutCore
import Testing

/// Which Services are given back to all pods of their application.
@Suite struct ServiceReleaseTests {
  static func service(
    _ name: String = "web-active",
    managedBy: String? = "web",
    selector: JSONValue = ["app": "web", "rollouts-pod-template-hash": "abc"]
  ) -> JSONValue {
    var service: JSONValue = [
      "metadata": ["name": .string(name), "namespace": "shop", "resourceVersion": "7"],
      "spec": ["selector": selector],
    ]
    service.set(managedBy.map { .string($0) }, at: "metadata", "annotations", RolloutNames.managedBy)
    return service
  }

  let patch: JSONValue = [
    "metadata": [
      "resourceVersion": "7", "annotations": ["argo-rollouts.argoproj.io/managed-by-rollouts": .null],
    ],
    "spec": ["selector": ["rollouts-pod-template-hash": .null]],
  ]

  @Test func serviceOfARolloutThatIsGoneIsGivenBack() {
    let service = Self.service()
    #expect(serviceRelease(of: service, from: .missing) == patch)
    let released = MergePatch.apply(patch, to: service)
    #expect(released.spec["selector"] == ["app": "web"])
    #expect(serviceRelease(of: released, from: .missing) == nil)
  }

  @Test func serviceThatItsRolloutNamesStays() {
    #expect(serviceRelease(of: Self.service(), from: .found(Fixture.blueGreen())) == nil)
    #expect(serviceRelease(of: Self.service("web-preview"), from: .found(Fixture.blueGreen())) == nil)
    #expect(serviceRelease(of: Self.service("web-canary"), from: .found(Fixture.routedCanary())) == nil)
  }

  @Test func serviceThatAChangeOfStrategyDroppedIsGivenBack() {
    let canary = Fixture.basicCanary(steps: [["setWeight": 20]])
    #expect(serviceRelease(of: Self.service(), from: .found(canary)) == patch)
  }

  @Test func rolloutThatCannotBeFollowedKeepsItsServices() {
    var rollout = Fixture.blueGreen()
    rollout.set(nil, at: "spec", "strategy", "blueGreen")
    #expect(serviceRelease(of: Self.service(), from: .found(rollout)) == nil)
  }

  @Test func serviceThatNobodyManagesIsNotTouched() {
    #expect(serviceRelease(of: Self.service(managedBy: nil), from: .missing) == nil)
  }

  @Test func serviceIsNotLeftWithoutASelector() {
    let service = Self.service(selector: ["rollouts-pod-template-hash": "abc"])
    #expect(serviceRelease(of: service, from: .missing) == nil)
  }
}
