import KubeModel
import Primitives
import RolloutCore
import TrafficPlans

/// `serin get rollout`: a head of facts and a tree of revisions, ReplicaSets, pods, experiments and analysis runs
/// (reference, section 8.3).
struct RolloutTree {
  let report: RolloutReport
  let now: Instant

  private var rollout: JSONValue { report.rollout }
  private var spec: RolloutSpec { RolloutSpec(rollout) }
  private var status: RolloutStatus { RolloutStatus(rollout.status) }

  var lines: [String] { head + [""] + root.lines }

  private var head: [String] {
    let phase = RolloutPhase(rollout)
    var facts: [(String, String)] = [
      ("Name:", rollout.name), ("Namespace:", rollout.namespace), ("Status:", "\(phase.icon) \(phase.phase)"),
    ]
    if !phase.message.isEmpty { facts.append(("Message:", phase.message.printable)) }
    facts.append(("Strategy:", spec.canary == nil ? "BlueGreen" : "Canary"))
    if let canary = spec.canary { facts += canaryFacts(canary) }
    facts += ImageFacts.lines(report.replicaSets, roles: imageRoles)
    facts += [
      ("Replicas:", ""), ("  Desired:", String(spec.replicas)),
      ("  Current:", String(status.counts.replicas)),
      ("  Updated:", String(status.counts.updated)), ("  Ready:", String(status.counts.ready)),
      ("  Available:", String(status.counts.available)),
    ]
    facts += gitFacts
    return facts.map { $0.1.isEmpty ? $0.0 : Table.pad($0.0, 17) + $0.1 }
  }

  private func canaryFacts(_ canary: CanaryStrategy) -> [(String, String)] {
    let weights = CanaryWeights(canary, status, newSet: newSet)
    var facts: [(String, String)] = []
    if !canary.steps.isEmpty {
      let index = status.currentStepIndex ?? canary.steps.count
      facts.append(("  Step:", "\(index)/\(canary.steps.count)"))
    }
    facts += [("  SetWeight:", String(weights.set)), ("  ActualWeight:", String(weights.actual))]
    return facts + proofFacts(canary)
  }

  /// Whether the routers say that the weight is served.
  private func proofFacts(_ canary: CanaryStrategy) -> [(String, String)] {
    guard canary.hasTrafficRouting, let weights = status.weights else { return [] }
    switch weights["verified"]?.bool {
    case true?: return [("  Verified:", "yes")]
    case false?: return [("  Verified:", "not yet")]
    case nil:
      return RouteProof.words(forSilenceOf: canary.routing.silent).map { [("  Verified:", "no: \($0)")] }
        ?? []
    }
  }

  private var newSet: ReplicaSetView? {
    report.ownReplicaSets.map { ReplicaSetView($0) }.first { $0.hash == status.currentPodHash }
  }

  private var gitFacts: [(String, String)] {
    guard let source = report.source else { return [] }
    let ready = (source.status["conditions"]?.array ?? []).map { Condition($0) }.first { $0.type == "Ready" }
    var facts = [
      ("Git:", "\(ObjectKey(source)) at \(source.status["commit"]?.string?.prefix(7) ?? "no commit yet")")
    ]
    if let ready, ready.status != "True" {
      facts.append(("  Problem:", "\(ready.reason): \(ready.message)".printable))
    }
    if let pending = status.conditions.first(where: { $0.type == "AbortedPendingGit" }) {
      facts.append(("  Pending:", pending.message.printable))
    }
    return facts
  }

  // MARK: - Roles

  /// What a ReplicaSet's images are called: pods of experiments are neither stable nor canary.
  private func imageRoles(of set: ReplicaSetView) -> [String] {
    let owner = set.object.controllerReference?["uid"]?.string
    return owner == rollout.uid ? roles(of: set) : ["Σ:\(set.name)"]
  }

  private func roles(of set: ReplicaSetView) -> [String] {
    var roles: [String] = []
    if set.hash == status.stableHash { roles.append("stable") }
    guard let blueGreen = spec.blueGreen else {
      let isCanary = set.hash == status.currentPodHash && set.hash != status.stableHash
      if isCanary { roles.append("canary") }
      if spec.canary?.pingPong != nil, !roles.isEmpty {
        let isStablePing = status.stablePingPong != "pong"
        roles.append(isStablePing != isCanary ? "ping" : "pong")
      }
      return roles
    }
    if set.hash == status.activeSelector { roles.append("active") }
    if blueGreen.previewService != nil, set.hash == status.currentPodHash { roles.append("preview") }
    return roles
  }

  // MARK: - Tree

  private var root: TreeNode {
    let phase = RolloutPhase(rollout)
    return TreeNode(
      name: "⟳ \(rollout.name)",
      kind: "Rollout",
      status: "\(phase.icon) \(phase.phase)",
      age: ageText(since: rollout.creationTimestamp, now: now),
      children: revisions
    )
  }

  private var revisions: [TreeNode] {
    let tree = ObjectTree(report: report, now: now) {
      $0.object.controllerReference?["uid"]?.string == rollout.uid ? roles(of: $0) : []
    }
    let sets = tree.replicaSets(of: rollout)
    let runs = tree.analysisRuns(of: rollout)
    let experiments = report.experiments.sorted { $0.name < $1.name }
    let hashes = Dictionary(
      sets.map { ($0.labels[RolloutNames.podTemplateHash] ?? "", Self.revision(of: $0)) },
      uniquingKeysWith: { first, _ in first }
    )
    // A run without a number of its own belongs to the revision whose hash it has.
    let number = { (object: JSONValue) in
      object.annotations[RolloutNames.revision].flatMap { Int($0) }
        ?? hashes[object.labels[RolloutNames.podTemplateHash] ?? ""] ?? 0
    }
    let numbers = Set((sets + runs + experiments).map(number)).sorted(by: >)
    return numbers.map { revision in
      let isIn = { number($0) == revision }
      return TreeNode(
        name: "# revision:\(revision)",
        children: sets.filter(isIn).map { tree.node(replicaSet: $0) }
          + experiments.filter(isIn).map { tree.node(experiment: $0) }
          + runs.filter(isIn).map { tree.node(run: $0) }
      )
    }
  }

  private static func revision(of set: JSONValue) -> Int {
    set.annotations[RolloutNames.revision].flatMap { Int($0) } ?? 0
  }
}

extension RolloutPhase {
  /// The sign that goes with the phase.
  var icon: String {
    switch phase {
    case "Healthy": Style.good("✔")
    case "Degraded": Style.bad("✖")
    case "Paused": Style.warning("॥")
    default: Style.progress("◌")
    }
  }
}
