import KubeModel
import Primitives
import TrafficPlans

/// What a release in flight waits for.
extension Explainer {
  var progressing: Reason {
    if let restart = restarting { return restart }
    if status.stableHash.isEmpty { return first }
    if status.isFullyPromoted { return settling }
    switch spec.strategy {
    case .canary(let canary): return release(canary)
    case .blueGreen(let blueGreen): return release(blueGreen)
    }
  }

  private var restarting: Reason? {
    guard situation.isRestarting(status), let restartAt = spec.restartAt else { return nil }
    let left = outdated.map { ", \(count($0, "pod")) left" } ?? ""
    return (.restart, "Pods made before \(clock(restartAt)) are being replaced\(left)")
  }

  /// The first revision: there is nothing to compare it with.
  private var first: Reason {
    missingPods(of: revisions.new, "The first deployment") ?? serviceLag
      ?? acting ?? fallback("The first deployment")
  }

  /// Promoted, and not healthy yet.
  private var settling: Reason {
    let subject = "\(revision(revisions.new)) is stable and".capitalizedFirst
    return missingPods(of: revisions.new, subject) ?? leavingPods(subject, all: true) ?? serviceLag ?? acting
      ?? fallback(subject)
  }

  // MARK: - Canary

  private func release(_ canary: CanaryStrategy) -> Reason {
    let subject =
      place
      ?? (status.promotesFully
        ? "The full promotion of \(revision(revisions.new))"
        : "The promotion of \(revision(revisions.new)), all \(count(canary.steps.count, "step")) done,")
    switch currentStep?.action {
    case .analysis:
      if let text = analysisText { return (.analysis, "\(subject) waits for \(text)") }
    case .experiment:
      if let text = experimentText { return (.experiment, "\(subject) waits for \(text)") }
    case .plugin(let name):
      let said = status.stepPlugin(.run, at: status.currentStepIndex ?? 0)?.message ?? ""
      let text = "\(subject) waits for the step plugin \(name)"
      return (.plugin, said.isEmpty ? text : "\(text), which says: \(said)")
    default: break
    }
    return missingPods(of: revisions.new, subject) ?? heldBack(canary, subject) ?? routerLag(canary, subject)
      ?? leavingPods(subject) ?? acting ?? fallback(subject)
  }

  /// The canary would be larger, were there pods of stable to spare, or smaller, were stable complete.
  private func heldBack(_ canary: CanaryStrategy, _ subject: String) -> Reason? {
    let wanted = situation.target(canary, status).new
    let size = wantedSize(revisions.new)
    let stable = revisions.stable
    let missing = max(0, wantedSize(stable) - (stable?.available ?? 0))
    guard size < wanted else {
      guard missing > 0, stable?.hash != revisions.newHash else { return nil }
      return (.stablePods, "\(subject) waits, since stable has only \(pods(stable))\(trouble(of: stable))")
    }
    let room = "the canary has \(size) of \(count(wanted, "pod"))"
    guard missing > 0 else {
      return (.oldPods, "\(subject) waits for pods of other revisions to end: \(room)")
    }
    let text = "stable has only \(pods(stable)), so none may be taken away\(trouble(of: stable)): \(room)"
    return (.stablePods, "\(subject) waits, since \(text)")
  }

  /// The routes do not show the weight that they were given.
  private func routerLag(_ canary: CanaryStrategy, _ subject: String) -> Reason? {
    guard canary.hasTrafficRouting, let wanted = status.weights?.at("canary", "weight")?.int else {
      return nil
    }
    for (address, sight) in routes(canary) {
      let text: String
      switch sight {
      case .missing: text = "\(words(address)) does not exist"
      case .unknown(let why): text = "\(words(address)) could not be read: \(why)"
      case .seen(let weight, let proof):
        if case .lagging(let why) = proof {
          let generation = "generation \(generation(of: address)) of \(words(address))"
          text = why ?? "the gateway has not accepted \(generation)"
        } else if let weight, weight != wanted {
          text = "\(words(address)) gives the canary \(share(weight, canary)) instead"
        } else {
          continue
        }
      }
      return (.router, "\(subject) waits for the router to give the canary \(share(wanted, canary)): \(text)")
    }
    return nil
  }

  private func generation(of address: RouteAddress) -> Int {
    snapshot.routes[address]?.object?.generation ?? 0
  }

  // MARK: - Blue/green

  private func release(_ blueGreen: BlueGreenStrategy) -> Reason {
    let new = revision(revisions.new)
    let isActive = status.activeSelector == revisions.newHash
    let subject = isActive ? "\(new) is active and".capitalizedFirst : "The switch to \(new)"
    if let missing = missingPods(of: revisions.new, subject) { return missing }
    if let text = analysisText { return (.analysis, "\(subject) waits for \(text)") }
    return serviceLag ?? leavingPods(subject) ?? acting ?? fallback(subject)
  }

  // MARK: - All strategies

  /// A Service that the plan points at another revision, if it can.
  private var serviceLag: Reason? {
    for case .selectRevision(let service, let hash, _) in plan.effects {
      let target = revision(revisions.find(hash))
      return (.service, "Service \(service) is being pointed at \(target)")
    }
    return nil
  }

  private var acting: Reason? {
    let changes = plan.effects.filter { effect in
      if case .record = effect { false } else { true }
    }
    guard !changes.isEmpty else { return nil }
    let names = changes.map(\.caseName).joined(separator: ", ")
    return (.acting, "The controller has \(count(changes.count, "change")) to make right now: \(names)")
  }

  private func fallback(_ subject: String) -> Reason {
    let text = status.message.isEmpty ? "something changes" : "this: \(status.message)"
    return (.other, "\(subject) waits until \(text)")
  }
}

extension Effect {
  /// What kind of effect it is, in one word.
  var caseName: String { Mirror(reflecting: self).children.first?.label ?? "\(self)" }
}
