import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

/// What is left of a world that came to rest, without names of attempts, times and counts of writes: two histories
/// that end alike are equal here.
package struct EndState: Sendable, Hashable, CustomStringConvertible {
  private let phase: String
  private let stable: String
  private let step: Int?
  private let pods: [String: Int]
  private let selectors: [String: String]
  private let weights: [String: [String]]
  private let conditions: [String: String]
  private let recorded: String?

  package init(_ sim: ClusterSim) {
    let spec = RolloutSpec(sim.rollout)
    let status = RolloutStatus(sim.rollout.status)
    phase = "\(status.phase) \(status.message)"
    stable = status.stableHash
    step = status.currentStepIndex
    let sets = sim.ownReplicaSets.map { ReplicaSetView(sim.withStatus($0)) }
    pods = Dictionary(uniqueKeysWithValues: sets.filter { $0.desired > 0 }.map { ($0.hash, $0.available) })
    let roles = spec.canary?.roles(status)
    func part(_ service: String) -> String {
      service == roles?.stable ? "stable" : service == roles?.canary ? "canary" : service
    }
    selectors = Dictionary(
      // Of two Services that take turns, the idle one shows whatever it showed last.
      spec.services.filter { spec.canary?.pingPong == nil || $0 == roles?.stable }.map { name in
        (part(name), sim.services[name]?.spec.at("selector", RolloutNames.podTemplateHash)?.string ?? "")
      },
      uniquingKeysWith: { $1 }
    )
    let routes = sim.dataPlane.filter { spec.canary?.routing.addresses.contains($0.key) ?? false }
    let managed = spec.canary?.managedRoutes ?? []
    weights = Dictionary(
      uniqueKeysWithValues: routes.map { address, route in
        // Rules that steps of a former strategy added are people's since it went, however far that release was.
        let rules = (route.spec["rules"]?.array ?? []).filter { rule in
          rule["name"].map { name in managed.contains { name.string?.hasPrefix($0) ?? false } } ?? true
        }
        let backends = rules.flatMap { $0["backendRefs"]?.array ?? [] }
        let weights = backends.map { "\(part($0["name"]?.string ?? ""))=\($0["weight"]?.int ?? 1)" }
        return ("\(address.key)", weights.sorted())
      }
    )
    // A pause that is over leaves a condition behind, one that never was leaves none.
    conditions = Dictionary(
      status.conditions.filter { $0.type != "Paused" || $0.status != "False" }.map {
        ($0.type, "\($0.status) \($0.reason)")
      },
      uniquingKeysWith: { $1 }
    )
    recorded = sim.recordedStable
  }

  package var description: String {
    func text(_ fields: [String: some Any]) -> String {
      fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
    return [
      "\(phase), stable \(stable), step \(step.map(String.init) ?? "-")", "pods \(text(pods))",
      text(selectors),
      text(weights), text(conditions), "recorded \(recorded ?? "-")",
    ].joined(separator: "; ")
  }
}
