import KubeModel
import Primitives
import TrafficPlans

/// The numbers behind the sentence.
extension Explainer {
  typealias Fact = Explanation.Fact

  var facts: [Fact] {
    var facts = revisionFacts
    facts += [stepFact, pauseFact, deadlineFact].compactMap { $0 }
    if let canary = spec.canary, canary.hasTrafficRouting { facts += trafficFacts(canary) }
    if let blueGreen = spec.blueGreen { facts += serviceFacts(blueGreen) }
    facts += runFacts
    facts += [
      experimentFact, restartFact, queueFact, scaleDownFact, troubleFact, gitFact, doingFact, controllerFact,
    ]
    .compactMap {
      $0
    }
    return facts
  }

  private var revisionFacts: [Fact] {
    var facts = [fact(revisions.new, "newPods", "New revision")]
    if let stable = revisions.stable, stable.hash != revisions.newHash {
      facts.append(fact(stable, "stablePods", "Stable revision"))
    }
    let older = revisions.older.filter { $0.created > 0 || $0.desired > 0 }
    if !older.isEmpty {
      let total = older.reduce(0) { $0 + $1.created }
      let text = "\(count(total, "pod")) of \(count(older.count, "revision"))"
      facts.append(Fact(key: "olderPods", label: "Older revisions", text: text, data: JSONValue(total)))
    }
    return facts
  }

  private func fact(_ set: ReplicaSetView?, _ key: String, _ label: String) -> Fact {
    let wanted = wantedSize(set)
    let images = (set?.images ?? containerImages(of: spec.template)).values.sorted()
    let number = set.map { $0.hash == revisions.newHash ? situation.nextRevision : $0.revision }
    return Fact(
      key: key,
      label: label,
      text: "\(revision(set)), \(pods(set)), \(images.joined(separator: ", "))",
      data: [
        "revision": JSONValue(number ?? situation.nextRevision),
        "hash": .string(set?.hash ?? revisions.newHash),
        "available": JSONValue(set?.available ?? 0), "ready": JSONValue(set?.ready ?? 0),
        "created": JSONValue(set?.created ?? 0), "wanted": JSONValue(wanted),
        "images": .array(images.map { .string($0) }),
      ]
    )
  }

  private var stepFact: Fact? {
    guard let canary = spec.canary, !canary.steps.isEmpty, let index = status.currentStepIndex else {
      return nil
    }
    let step = canary.steps.indices.contains(index) ? canary.steps[index].description : ""
    return Fact(
      key: "step",
      label: "Steps done",
      text: "\(index) of \(canary.steps.count)" + (step.isEmpty ? "" : ", now \(step)"),
      data: ["done": JSONValue(index), "all": JSONValue(canary.steps.count), "now": .string(step)]
    )
  }

  private var pauseFact: Fact? {
    guard let pause = status.pauseConditions.first else {
      guard spec.isPaused else { return nil }
      return Fact(key: "pause", label: "Pause", text: "spec.paused", data: ["reason": "spec.paused"])
    }
    let end = pauseEnd.map { "ends at \(at($0))" } ?? "for a person to end"
    return Fact(
      key: "pause",
      label: "Pause",
      text: "\(pause.reason) since \(clock(pause.startTime)), \(end)",
      data: [
        "reason": .string(pause.reason), "since": .string(pause.startTime.rfc3339),
        "endsAt": JSONValue(pauseEnd?.rfc3339),
      ]
    )
  }

  /// When the release counts as stuck: shown when the plan looks at it.
  private var deadlineFact: Fact? {
    guard status.phase == "Progressing",
      let progress = status.conditions.first(where: { $0.type == "Progressing" }),
      let since = progress.lastUpdateTime
    else { return nil }
    let deadline = since + spec.progressDeadline + .seconds(1)
    switch currentStep?.action {
    case .pause, .analysis, .experiment: return nil
    default: break
    }
    return Fact(
      key: "progressDeadline",
      label: "Progress deadline",
      text: at(deadline) + (spec.abortsOnProgressDeadline ? ", then an abort" : ""),
      data: ["at": .string(deadline.rfc3339), "aborts": .bool(spec.abortsOnProgressDeadline)]
    )
  }

  private func trafficFacts(_ canary: CanaryStrategy) -> [Fact] {
    let wanted = status.weights?.at("canary", "weight")?.int ?? 0
    let sights = routes(canary).map { address, sight in routeFact(address.key, sight) }
    let text = (["wanted \(wanted)"] + sights.map(\.0)).joined(separator: "; ")
    let data: JSONValue = ["wanted": JSONValue(wanted), "seen": .array(sights.map(\.1))]
    let weight = Fact(key: "weight", label: "Canary weight", text: text, data: data)
    return [weight] + [proofFact(canary)].compactMap(\.self)
  }

  /// Who does not tell whether the weights are served.
  private func proofFact(_ canary: CanaryStrategy) -> Fact? {
    let names = routes(canary).compactMap { _, sight -> String? in
      guard case .seen(_, .silent(let name)) = sight else { return nil }
      return name
    }
    guard let text = RouteProof.words(forSilenceOf: names) else { return nil }
    let data: JSONValue = ["missingFrom": .array(Set(names).sorted().map { .string($0) })]
    return Fact(key: "proof", label: "Proof", text: text, data: data)
  }

  private func routeFact(_ key: ObjectKey, _ sight: RouteSight) -> (String, JSONValue) {
    switch sight {
    case .missing: ("\(key) does not exist", ["route": .string("\(key)"), "exists": false])
    case .unknown(let why): ("\(key) could not be read: \(why)", ["route": .string("\(key)")])
    case .seen(let weight, let proof):
      (
        "\(key) has \(weight.map(String.init) ?? "no weight"), \(words(proof))",
        [
          "route": .string("\(key)"), "exists": true, "weight": weight.map { JSONValue($0) } ?? .null,
          "accepted": proof.isFollowed.map { .bool($0) } ?? .null,
        ]
      )
    }
  }

  private func words(_ proof: RouteProof) -> String {
    switch proof {
    case .followed: "accepted"
    case .lagging(let why): why.map { "not accepted yet: \($0)" } ?? "not accepted yet"
    case .silent: "unverified"
    }
  }

  private func serviceFacts(_ blueGreen: BlueGreenStrategy) -> [Fact] {
    [("activeService", "Active service", blueGreen.activeService)].map { key, label, service in
      let hash = situation.selectedHash(service)
      let text =
        hash.map { "\(service) selects \(revision(revisions.find($0)))" } ?? "\(service) selects no revision"
      return Fact(
        key: key,
        label: label,
        text: text,
        data: ["name": .string(service), "hash": JSONValue(hash)]
      )
    }
  }
}
