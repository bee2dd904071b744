import KubeModel
import Primitives
package import RolloutCore
import TrafficPlans

extension ClusterSim {
  /// What the controller reads now, by its own clock: the world or, where a watch is lost, an older one.
  package mutating func observe() -> Snapshot {
    if happens(settings.faults.clockStep) { clockError = .seconds(.random(in: -120...120, using: &random)) }
    var seen = snapshot()
    seen.now = now + clockError
    caches.thaw(at: now)
    if happens(settings.faults.stale),
      let kind = Caches.Kind.all(withExperiments: settings.losesExperiments).randomElement(using: &random)
    {
      caches.freeze(kind, seen, until: now + .seconds(.random(in: 1...8, using: &random)))
    }
    // Pods are read when they are needed, and that may fail.
    if settings.losesExperiments, seen.pods != nil, happens(settings.faults.refused) { seen.pods = nil }
    caches.apply(to: &seen)
    seen.read(after: reading)
    reading = seen.reading
    return seen
  }

  /// Starts the controller over: what it knew is read anew.
  package mutating func restartController() {
    caches.thaw(at: nil)
    pluginCalls = [:]
  }

  /// Ends all that goes wrong.
  package mutating func endFaults() {
    settings.faults = .none
    settings.isGitReachable = true
    clockError = .zero
    restartController()
  }

  /// Milliseconds until the controller tries again what failed.
  mutating func retryDelay() -> Int { Int.random(in: 50...1000, using: &random) }

  mutating func happens(_ chance: Double) -> Bool {
    chance > 0 && Double.random(in: 0..<1, using: &random) < chance
  }

  /// Performs an effect with all that may go wrong about it; says whether it changed the world.
  mutating func attempt(_ effect: Effect, _ version: inout String) throws(SimError) -> Bool {
    let faults = settings.faults
    if happens(faults.crashed) { try crash() }
    if happens(faults.refused) { throw SimError(message: "injected failure") }
    if happens(faults.overtaken) { overtake(effect) }
    let before = version
    let hasChanged = try perform(effect, &version)
    if happens(faults.repeated) { checkRepeated(effect, before) }
    if happens(faults.unanswered) { throw SimError(message: "injected loss of the answer") }
    if caches.nextThaw != nil { caches.note(effect, snapshot()) }
    return hasChanged
  }

  mutating func crash() throws(SimError) {
    restartController()
    throw SimError(message: "crashed")
  }

  /// Performs an effect once more; it must be refused or change nothing.
  private mutating func checkRepeated(_ effect: Effect, _ version: String) {
    let before = snapshot()
    let decided = decisions
    var version = version
    do { _ = try perform(effect, &version) } catch { return }
    if snapshot() != before || decisions != decided { harm.append("twice is not once: \(effect)") }
  }

  /// Another writer touches the object of an effect.
  private mutating func overtake(_ effect: Effect) {
    let version = nextVersion()
    switch effect {
    case .setDefaultReplicas, .annotateRollout:
      rollout.set(version, at: "metadata", "resourceVersion")
    case .selectRevision(let name, _, _):
      services[name]?.set(version, at: "metadata", "resourceVersion")
    case .changeRoute(let change): routes[change.address]?.set(version, at: "metadata", "resourceVersion")
    default: break
    }
  }
}
