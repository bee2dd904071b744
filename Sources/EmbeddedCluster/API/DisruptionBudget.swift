import KubeModel
import Primitives

/// A PodDisruptionBudget: how many of its pods must stay ready when somebody asks for one to go.
struct DisruptionBudget {
  static let type = ResourceType(
    group: "policy",
    version: "v1",
    kind: "PodDisruptionBudget",
    plural: "poddisruptionbudgets"
  )

  private let budget: JSONValue

  init(_ budget: JSONValue) { self.budget = budget }

  /// Whether the budget is about the pod.
  func covers(_ pod: JSONValue) -> Bool {
    guard let selector = budget.spec["selector"].flatMap({ LabelSelector($0) }) else { return false }
    return selector.matches(pod.labels)
  }

  /// Whether the pod may go, among the pods of its namespace. A pod that is not ready costs the budget nothing, but
  /// goes only while the budget is met.
  func permits(_ pod: JSONValue, among pods: [PodView]) -> Bool {
    let covered = pods.filter { $0.isActive && covers($0.pod) }
    let healthy = covered.count { $0.isReady }
    let needed = needed(of: covered.count)
    return PodView(pod).isReady ? healthy > needed : healthy >= needed
  }

  private func needed(of expected: Int) -> Int {
    if let least = budget.spec["minAvailable"].flatMap({ IntOrPercent($0) }) {
      return least.count(of: expected, roundingUp: true)
    }
    let most = budget.spec["maxUnavailable"].flatMap { IntOrPercent($0) }?.count(
      of: expected,
      roundingUp: true
    )
    return max(0, expected - (most ?? 1))
  }
}
