import KubeModel
import Primitives
import RolloutCore

/// `serin get rollout`: a head of facts and a tree of revisions, ReplicaSets, pods and analysis runs.
struct RolloutTree {
  let report: RolloutReport
  let now: Instant

  private var rollout: JSONValue { report.rollout }
  private var status: RolloutStatus { RolloutStatus(rollout.status) }

  var lines: [String] { head + [""] + tree }

  private var head: [String] {
    let phase = RolloutPhase(rollout)
    let spec = RolloutSpec(rollout)
    var facts: [(String, String)] = [
      ("Name:", rollout.name), ("Namespace:", rollout.namespace), ("Status:", "\(phase.icon) \(phase.phase)"),
    ]
    if !phase.message.isEmpty { facts.append(("Message:", phase.message)) }
    facts.append(("Strategy:", spec.canary == nil ? "BlueGreen" : "Canary"))
    if let canary = spec.canary { facts += canaryFacts(canary) }
    facts += images
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
    let index = status.currentStepIndex ?? canary.steps.count
    let isDone = status.isFullyPromoted
    let weight = isDone || index >= canary.steps.count ? 100 : canary.weight(upTo: index)
    let actual = canary.hasTrafficRouting ? status.weights?.at("canary", "weight")?.int : nil
    return [
      ("  Step:", "\(index)/\(canary.steps.count)"), ("  SetWeight:", String(status.isAborted ? 0 : weight)),
      ("  ActualWeight:", String(isDone ? 100 : actual ?? shareOfPods)),
    ]
  }

  private var shareOfPods: Int {
    guard status.counts.available > 0 else { return 0 }
    let new = report.replicaSets.map { ReplicaSetView($0) }.first { $0.hash == status.currentPodHash }
    return (new?.available ?? 0) * 100 / status.counts.available
  }

  private var images: [(String, String)] {
    var tags: [String: Set<String>] = [:]
    for set in report.replicaSets.map({ ReplicaSetView($0) }) where set.desired > 0 || set.created > 0 {
      for image in set.images.values { tags[image, default: []].formUnion(roles(of: set)) }
    }
    return tags.sorted { $0.key < $1.key }.enumerated().map { index, entry in
      let roles = entry.value.isEmpty ? "" : " (\(entry.value.sorted().joined(separator: ", ")))"
      return (index == 0 ? "Images:" : " ", entry.key + roles)
    }
  }

  private var gitFacts: [(String, String)] {
    guard let source = report.source else { return [] }
    let ready = (source.status["conditions"]?.array ?? []).map { Condition($0) }.first { $0.type == "Ready" }
    var facts = [
      ("Git:", "\(ObjectKey(source)) at \(source.status["commit"]?.string?.prefix(7) ?? "no commit yet")")
    ]
    if let ready, ready.status != "True" { facts.append(("  Problem:", "\(ready.reason): \(ready.message)")) }
    if let pending = status.conditions.first(where: { $0.type == "AbortedPendingGit" }) {
      facts.append(("  Pending:", pending.message))
    }
    return facts
  }

  private func roles(of set: ReplicaSetView) -> [String] {
    guard let blueGreen = RolloutSpec(rollout).blueGreen else {
      if set.hash == status.stableHash { return ["stable"] }
      return set.hash == status.currentPodHash ? ["canary"] : []
    }
    var roles: [String] = []
    if set.hash == status.stableHash { roles.append("stable") }
    if set.hash == status.activeSelector { roles.append("active") }
    if blueGreen.previewService != nil, set.hash == status.currentPodHash { roles.append("preview") }
    return roles
  }

  // MARK: - Tree

  private var tree: [String] {
    var table = Table(header: ["NAME", "KIND", "STATUS", "AGE", "INFO"])
    table.add([
      "⟳ \(rollout.name)", "Rollout", "\(RolloutPhase(rollout).icon) \(RolloutPhase(rollout).phase)",
      age(rollout), "",
    ])
    let sets = report.replicaSets.map { ReplicaSetView($0) }.sorted { $0.revision > $1.revision }
    for (index, set) in sets.enumerated() { add(set, isLast: index == sets.count - 1, to: &table) }
    return table.lines
  }

  private func add(_ set: ReplicaSetView, isLast: Bool, to table: inout Table) {
    let stem = isLast ? "   " : "│  "
    table.add([(isLast ? "└──" : "├──") + "# revision:\(set.revision)", "", "", "", ""])
    let runs = report.analysisRuns.filter { $0.labels[RolloutNames.podTemplateHash] == set.hash }
    table.add(
      [
        stem + (runs.isEmpty ? "└──" : "├──") + "⧉ \(set.name)", "ReplicaSet", state(of: set),
        age(set.object), info(of: set),
      ]
    )
    let pods = report.pods.filter { $0.controllerReference?["uid"]?.string == set.object.uid }
    let inner = stem + (runs.isEmpty ? "   " : "│  ")
    for (index, pod) in pods.enumerated() {
      let branch = index == pods.count - 1 ? "└──" : "├──"
      let containers = pod.status["containerStatuses"]?.array ?? []
      let restarts = containers.reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }
      let ready = containers.count { $0["ready"]?.bool == true }
      let total = max(containers.count, pod.spec["containers"]?.array?.count ?? 0)
      let isReady = (pod.status["conditions"]?.array ?? []).contains {
        $0["type"] == "Ready" && $0["status"] == "True"
      }
      let state = pod.isBeingDeleted ? "Terminating" : pod.status["phase"]?.string ?? ""
      let sign = isReady ? Style.good("✔") : Style.progress("◌")
      table.add(
        [
          "\(inner)\(branch)□ \(pod.name)", "Pod", "\(sign) \(state)", age(pod),
          "ready:\(ready)/\(total),restarts:\(restarts)",
        ]
      )
    }
    for (index, run) in runs.sorted(by: { $0.name < $1.name }).enumerated() {
      let branch = index == runs.count - 1 ? "└──" : "├──"
      table.add(["\(stem)\(branch)α \(run.name)", "AnalysisRun", state(of: run), age(run), info(of: run)])
    }
  }

  private func state(of set: ReplicaSetView) -> String {
    if set.desired == 0, set.created == 0 { return Style.faint("• ScaledDown") }
    return set.available < set.desired ? Style.progress("◌ Progressing") : Style.good("✔ Healthy")
  }

  private func info(of set: ReplicaSetView) -> String {
    var parts = roles(of: set)
    if let deadline = set.scaleDownDeadline {
      parts.append(deadline > now ? "delay:\((deadline - now).components.seconds)s" : "delay:passed")
    }
    return parts.joined(separator: ",")
  }

  private func state(of run: JSONValue) -> String {
    switch run.status["phase"]?.string ?? "Pending" {
    case "Successful": Style.good("✔ Successful")
    case let phase where ["Failed", "Error"].contains(phase): Style.bad("✖ \(phase)")
    case "Inconclusive": Style.warning("? Inconclusive")
    case let phase: Style.progress("◌ \(phase)")
    }
  }

  private func info(of run: JSONValue) -> String {
    let results = run.status["metricResults"]?.array ?? []
    return [("✔", "successful"), ("✖", "failed"), ("?", "inconclusive"), ("⚠", "error")].compactMap {
      sign,
      field in
      let count = results.reduce(0) { $0 + ($1[field]?.int ?? 0) }
      return count > 0 ? "\(sign) \(count)" : nil
    }.joined(separator: ",")
  }

  private func age(_ object: JSONValue) -> String { ageText(since: object.creationTimestamp, now: now) }
}
