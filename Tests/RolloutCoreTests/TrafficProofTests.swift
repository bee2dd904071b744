import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing
import TrafficPlans

/// A step counts when every router has done its part, and the status says what is known of that.
@Suite struct TrafficProofTests {
  /// The pods for all weights are there from the beginning.
  private static let steps: JSONValue = [
    ["setCanaryScale": ["replicas": 2]], ["setWeight": 20], ["pause": [:]], ["setWeight": 50], ["pause": [:]],
  ]

  private static func rollout(_ routing: JSONValue) -> JSONValue {
    var rollout = Fixture.routedCanary(steps: steps)
    rollout.set(routing, at: "spec", "strategy", "canary", "trafficRouting")
    return rollout
  }

  /// A release in the pause after its first weight.
  private static func paused(_ routing: JSONValue, _ objects: JSONValue..., lag: Int = 1) -> ClusterSim {
    var sim = ClusterSim(rollout: rollout(routing), settings: .init(podStart: 2...2, routeLag: lag))
    sim.find(objects)
    sim.run(for: .seconds(60))
    sim.setImage("shop:v2")
    sim.run(for: .seconds(60))
    return sim
  }

  private func verified(_ status: RolloutStatus) -> JSONValue? { status.weights?["verified"] }

  // MARK: - Two routers

  private static let both: JSONValue = [
    "plugins": ["argoproj-labs/gatewayAPI": ["httpRoutes": [["name": "web"], ["name": "late"]]]]
  ]

  /// The gateway of a route has accepted its present generation, or the one before.
  private func accept(_ name: String, _ isAccepted: Bool, in snapshot: inout Snapshot) throws {
    let address = RouteAddress(.httpRoutes, ObjectKey(namespace: snapshot.rollout.namespace, name: name))
    var route = try #require(snapshot.routes[address]?.object)
    let generation = route.generation - (isAccepted ? 0 : 1)
    let condition: JSONValue = [
      "type": "Accepted", "status": "True", "observedGeneration": JSONValue(generation),
    ]
    route.set([["conditions": [condition]]], at: "status", "parents")
    snapshot.routes[address] = .found(route)
  }

  private func changed(_ plan: Plan) -> Set<String> {
    Set(
      plan.effects.compactMap { effect in
        guard case .changeRoute(let change) = effect else { return nil }
        return change.address.key.name
      }
    )
  }

  @Test func aRouterThatLagsDoesNotHoldTheOther() throws {
    var sim = Self.paused(Self.both)
    #expect(sim.rollout.status["currentStepIndex"] == 2)
    #expect(verified(RolloutStatus(sim.rollout.status)) == true)
    sim.resume()
    var snapshot = sim.snapshot()
    // The gateway of one has not even followed the weight before.
    try accept("late", false, in: &snapshot)
    let next = plan(snapshot)
    #expect(next.status.currentStepIndex == 3)
    #expect(changed(next) == ["web", "late"])
    #expect(verified(next.status) == false)
  }

  @Test func theStepWaitsForBothUntilTheDeadline() throws {
    var sim = Self.paused(Self.both, lag: 30)
    sim.resume()
    sim.run(for: .seconds(10))
    #expect(sim.rollout.status["currentStepIndex"] == 3)
    var snapshot = sim.snapshot()
    for (web, late, isDone) in [(true, false, false), (false, true, false), (true, true, true)] {
      try accept("web", web, in: &snapshot)
      try accept("late", late, in: &snapshot)
      let next = plan(snapshot)
      #expect(next.status.currentStepIndex == (isDone ? 4 : 3))
      #expect(verified(next.status) == .bool(isDone))
      #expect(changed(next).isEmpty)
    }
    try accept("late", false, in: &snapshot)
    guard case .at(let look) = plan(snapshot).wake else {
      Issue.record("nobody looks at the deadline")
      return
    }
    #expect(look <= snapshot.now + .seconds(601))
    snapshot.now = snapshot.now + .seconds(602)
    let late = plan(snapshot)
    #expect(late.status.phase == "Degraded" && late.status.currentStepIndex == 3)
    #expect(late.status.message.hasPrefix("ProgressDeadlineExceeded"), "\(late.status.message)")
    #expect(explain(snapshot).sentence.contains("the gateway has not accepted generation"))
  }

  @Test func withOneThatNeverTellsTheRestIsUnverified() throws {
    let nginx: JSONValue = ["nginx": ["stableIngress": "web"]]
    let ingress: JSONValue = [
      "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
      "metadata": ["name": "web", "namespace": .string(Self.rollout(nginx).namespace)],
      "spec": [
        "rules": [
          [
            "http": [
              "paths": [
                ["path": "/", "backend": ["service": ["name": "web-stable", "port": ["number": 80]]]]
              ]
            ]
          ]
        ]
      ],
    ]
    var sim = Self.paused(nginx, ingress)
    #expect(sim.rollout.status["currentStepIndex"] == 2)
    #expect(sim.rollout.status.at("canary", "weights", "verified") == nil)
    let told = explain(sim.snapshot()).facts.first { $0.key == "proof" }
    #expect(told?.text == "weights are set; ingress-nginx gives no proof that they are served")
    sim = Self.paused(Self.both)
    #expect(!explain(sim.snapshot()).facts.contains { $0.key == "proof" })
  }

  // MARK: - A witness outside of the cluster

  private static let alb: JSONValue = ["alb": ["ingress": "web", "rootService": "root", "servicePort": 80]]

  private static func balanced(_ routing: JSONValue = alb) -> (sim: ClusterSim, witness: RouteAddress) {
    let backend: JSONValue = ["service": ["name": "root", "port": ["name": "use-annotation"]]]
    let ingress: JSONValue = [
      "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
      "metadata": ["name": "web", "namespace": .string(rollout(routing).namespace)],
      "spec": ["rules": [["http": ["paths": [["path": "/", "backend": backend]]]]]],
      "status": ["loadBalancer": ["ingress": [["hostname": "lb"]]]],
    ]
    let witness = RouteAddress(
      OutsidePlace(.loadBalancer, settings: ["host": "lb"]),
      ObjectKey(namespace: "", name: "lb")
    )
    return (paused(routing, ingress), witness)
  }

  /// What AWS says where its only rule has these weights.
  private func answer(_ canary: Int, _ snapshot: Snapshot) -> Snapshot.Reference {
    let groups = [("web-canary", canary), ("web-stable", 100 - canary)]
    let namespace = snapshot.rollout.namespace
    return .found([
      "loadBalancer": ["arn": "a:loadbalancer/app/lb/1", "name": "lb", "type": "application"],
      "targetGroups": .array(
        groups.map { name, _ in
          [
            "arn": .string("a:targetgroup/\(name)/1"), "name": .string(name),
            "resource": .string("\(namespace)/web-\(name):80"),
          ]
        }
      ),
      "rules": [
        [
          "groups": .array(
            groups.map { ["arn": .string("a:targetgroup/\($0)/1"), "weight": JSONValue($1)] }
          )
        ]
      ],
    ])
  }

  /// The release in the step of its first weight, which the Ingress has.
  private func inFirstStep(_ sim: ClusterSim) -> Snapshot {
    var snapshot = sim.snapshot()
    snapshot.rollout.set(1, at: "status", "currentStepIndex")
    for field in ["pauseConditions", "controllerPause"] { snapshot.rollout.set(nil, at: "status", field) }
    return snapshot
  }

  @Test func whereNobodyIsAskedTheAnnotationIsEnough() {
    let (sim, _) = Self.balanced()
    #expect(sim.rollout.status["currentStepIndex"] == 2)
    #expect(sim.rollout.status.at("canary", "weights", "verified") == nil)
    #expect(sim.rollout.status["alb"] == nil && sim.rollout.status["albs"] == nil)
    #expect(plan(inFirstStep(sim)).status.currentStepIndex == 2)
  }

  @Test func aStepWaitsUntilAwsHasTheWeight() throws {
    let (sim, witness) = Self.balanced()
    var snapshot = inFirstStep(sim)
    snapshot.routes[witness] = answer(0, snapshot)
    var next = plan(snapshot)
    #expect(next.status.currentStepIndex == 1 && verified(next.status) == false)
    #expect(changed(next).isEmpty)
    #expect(explain(snapshot).sentence.contains("load balancer \"lb\" has "), "\(explain(snapshot).sentence)")
    snapshot.routes[witness] = answer(20, snapshot)
    next = plan(snapshot)
    #expect(next.status.currentStepIndex == 2 && verified(next.status) == true)
    let told = next.status.json(over: snapshot.rollout.status)["alb"]
    #expect(told?["ingress"] == "web" && told?.at("loadBalancer", "fullName") == "app/lb/1")
    #expect(told?.at("canaryTargetGroup", "arn") == "a:targetgroup/web-canary/1")
    #expect(told?.at("stableTargetGroup", "name") == "web-stable")
  }

  @Test func severalIngressesAreTold() throws {
    let (sim, witness) = Self.balanced(
      ["alb": ["ingresses": ["web"], "rootService": "root", "servicePort": 80]]
    )
    var snapshot = inFirstStep(sim)
    snapshot.routes[witness] = answer(20, snapshot)
    var status = plan(snapshot).status.json(over: snapshot.rollout.status)
    #expect(status["alb"] == nil && status["albs"]?.array?.count == 1)
    // What cannot be asked for a while stays as it was told last.
    snapshot.rollout["status"] = status
    snapshot.routes[witness] = .unknown("nobody answers")
    status = plan(snapshot).status.json(over: status)
    #expect(status["albs"]?.array?.count == 1)
    #expect(status.at("canary", "weights", "verified") == false)
    snapshot.routes[witness] = nil
    #expect(plan(snapshot).status.json(over: status)["albs"] == nil)
  }

  /// An AWS that says no, or nothing, holds the release where it is; the pods and the weights stay.
  @Test func whereAwsDoesNotAnswerNothingIsLost() throws {
    let (sim, witness) = Self.balanced()
    var snapshot = inFirstStep(sim)
    snapshot.routes[witness] = .unknown("LoadBalancer \"lb\" could not be read: AWS says AccessDenied")
    var next = plan(snapshot)
    #expect(next.status.currentStepIndex == 1 && verified(next.status) == false)
    #expect(next.effects.isEmpty, "\(next.effects)")
    #expect(explain(snapshot).sentence.contains("AccessDenied"))
    // An abort sends all requests back at once, and keeps the canary's pods while AWS may still send some.
    snapshot.rollout.set(true, at: "status", "abort")
    next = plan(snapshot)
    #expect(changed(next) == ["web"])
    snapshot.now = snapshot.now + .seconds(3600)
    let scaled = plan(snapshot).effects.contains { effect in
      guard case .scaleReplicaSet(_, _, let size, _, _) = effect else { return false }
      return size == 0
    }
    #expect(!scaled)
  }
}
