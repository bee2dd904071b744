import KubeClient
import KubeModel
import Primitives
import RolloutCore
import Testing
import TrafficPlans

@testable import RolloutController

/// Routers whose objects cannot be written hold up what comes after all of them, but not each other.
@Suite struct RefusedRoutesTests {
  private static let rollout: JSONValue = [
    "metadata": ["name": "web", "namespace": "shop"],
    "spec": [
      "strategy": [
        "canary": [
          "trafficRouting": [
            "nginx": ["stableIngress": "web"],
            "plugins": ["argoproj-labs/gatewayAPI": ["httpRoute": "web"]],
          ]
        ]
      ]
    ],
  ]

  private static func change(_ type: ResourceType, _ name: String = "web") -> Effect {
    .changeRoute(.patch(RouteAddress(type, ObjectKey(namespace: "shop", name: name)), []))
  }

  private static let error = KubeError(.forbidden, "patching web")

  @Test func othersAreWrittenAndThenItIsTold() throws {
    var refused = RefusedRoutes(Self.rollout)
    #expect(try !refused.mustSkip(Self.change(.ingresses)))
    try refused.note(Self.error, of: Self.change(.ingresses))
    #expect(try refused.mustSkip(Self.change(.ingresses)))
    #expect(try refused.mustSkip(Self.change(.ingresses, "web-web-canary")), "made by the same router")
    #expect(try !refused.mustSkip(Self.change(.httpRoutes)))
    #expect(throws: KubeError.self) { try refused.mustSkip(.setDefaultReplicas) }
    #expect(throws: KubeError.self) { try refused.check() }
  }

  @Test func whatElseFailsAndALostLeaseStopThePlan() throws {
    var refused = RefusedRoutes(Self.rollout)
    #expect(throws: KubeError.self) { try refused.note(Self.error, of: .setDefaultReplicas) }
    let lost = KubeError(.cancelled, "the lease is not held")
    #expect(throws: KubeError.self) { try refused.note(lost, of: Self.change(.httpRoutes)) }
    try refused.check()
  }
}
