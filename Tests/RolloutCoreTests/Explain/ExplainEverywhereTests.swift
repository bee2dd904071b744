import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// The explanation at every instant of many lives: there is always one, it fits the phase, and it says when.
@Suite struct ExplainEverywhereTests {
  private static let settings = ClusterSim.Settings(
    podStart: 0...9,
    routeLag: 2,
    brokenImages: ["shop:v3"],
    verdicts: ["shop:v4": "Failed", "shop:v5": "Inconclusive"]
  )

  /// What happens to a rollout, second by second; each line of the table is played in every world.
  private static let lives: [(name: String, acts: [Int: @Sendable (inout ClusterSim) -> Void])] = [
    (
      "good releases", [40: { $0.setImage("shop:v2") }, 70: { $0.resume() }, 130: { $0.setImage("shop:v6") }]
    ),
    ("pods that never come", [40: { $0.setImage("shop:v3") }, 100: { $0.abort() }, 140: { $0.retry() }]),
    (
      "a failed analysis without Git",
      [
        30: { $0.settings.isGitReachable = false }, 40: { $0.setImage("shop:v4") }, 80: { $0.resume() },
        150: { $0.settings.isGitReachable = true },
      ]
    ),
    ("an inconclusive analysis", [40: { $0.setImage("shop:v5") }, 90: { $0.resume() }, 150: { $0.abort() }]),
    (
      "a frozen release",
      [
        40: { $0.setImage("shop:v2") }, 45: { $0.editSpec { $0["paused"] = true } },
        80: { $0.editSpec { $0["paused"] = false } }, 90: { $0.promoteFully() },
      ]
    ),
    (
      "a deadline",
      [
        30: { $0.editSpec { $0["progressDeadlineSeconds"] = 20 } }, 40: { $0.setImage("shop:v3") },
        120: { $0.setImage("shop:v1") },
      ]
    ),
    (
      "an invalid spec",
      [
        40: { $0.setImage("shop:v2") }, 50: { $0.editSpec { $0["replicas"] = -1 } },
        90: { $0.editSpec { $0["replicas"] = 3 } },
      ]
    ),
  ]

  @Test(arguments: Worlds.all.indices, lives.indices)
  func thereIsAlwaysASentenceThatFits(_ world: Int, _ life: Int) {
    let world = Worlds.all[world]
    let life = Self.lives[life]
    var sim = ClusterSim(rollout: world.rollout(seed: 7), seed: 7, settings: Self.settings)
    sim.analysisTemplates = Worlds.templates
    var second = 0
    while second < 200 {
      life.acts[second]?(&sim)
      for _ in 0..<6 {
        let snapshot = sim.snapshot()
        let plan = plan(snapshot)
        let place = "\(world.name), \(life.name), second \(second)"
        check(explain(snapshot), snapshot, plan, place)
        guard !plan.isQuiet else { break }
        // What a refused write left undone is explained next.
        do { try sim.perform(plan) } catch { break }
      }
      // Between two changes only the times to wait for grow smaller.
      let change = sim.nextChange.map { Int(($0 - sim.now).inSeconds) } ?? 5
      let step = min(max(1, min(change, 5)), life.acts.keys.map { $0 - second }.filter { $0 > 0 }.min() ?? 5)
      sim.advance(to: sim.now + .seconds(step))
      second += step
    }
  }

  private func check(_ explanation: Explanation, _ snapshot: Snapshot, _ plan: Plan, _ place: String) {
    let sentence = explanation.sentence
    #expect(sentence.hasSuffix(".") && sentence.count > 40, "\(place): \(sentence)")
    #expect(!sentence.contains("\n") && !sentence.contains("Optional("), "\(place): \(sentence)")
    #expect(
      Self.causes[explanation.phase]?.contains(explanation.cause) ?? false,
      "\(place): \(explanation.phase) because of \(explanation.cause)"
    )
    #expect(explanation.cause != .other, "\(place): \(sentence)")
    let lag = RolloutPhase(snapshot.rollout).lag
    if lag == nil || lag == .resume {
      #expect(explanation.phase == plan.status.phase, "\(place)")
    } else {
      #expect(explanation.cause == .notObserved, "\(place): \(sentence)")
    }
    switch plan.wake {
    case .at(let instant):
      #expect(explanation.nextLook == max(instant, snapshot.now), "\(place)")
      #expect(sentence.contains(max(instant, snapshot.now).timeOfDay), "\(place): \(sentence)")
    case .onChange:
      #expect(explanation.nextLook == nil, "\(place)")
      #expect(sentence.hasSuffix("looks again when something changes."), "\(place): \(sentence)")
    }
    #expect(explanation.fact("newPods") != nil, "\(place)")
    let keys = explanation.facts.map(\.key)
    #expect(Set(keys).count == keys.count, "\(place): \(keys)")
  }

  /// What a rollout in a phase may wait for.
  private static let causes: [String: Set<Explanation.Cause>] = [
    "Healthy": [.done, .scaleDownDelay],
    "Degraded": [.invalidSpec, .aborted, .deadlineExceeded],
    "Paused": [.frozen, .person, .clock, .inconclusive],
    "Progressing": [
      .notObserved, .pods, .stablePods, .oldPods, .router, .service, .analysis, .experiment, .acting,
    ],
  ]
}
