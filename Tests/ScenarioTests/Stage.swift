import KubeModel
import Primitives
import RolloutCore
import Simulation
import Testing

/// Where a scenario is played: the world, and the timeline that is written as it goes.
struct Stage {
  private var sim: ClusterSim
  private var timeline: Timeline
  private var invariants = Invariants()
  private let start: Instant
  /// Whether the scenario is about pods that are missing, so that nothing is promised.
  private let allowsMissingPods: Bool

  /// The world of a scenario. Unless it `starts: empty`, its rollout was deployed a minute before the timeline begins.
  init(_ document: JSONValue) throws {
    sim = ClusterSim(
      rollout: try Self.rollout(document),
      settings: try Self.settings(document["world"] ?? .object([:]))
    )
    allowsMissingPods = document["allows"] == "missing pods"
    sim.analysisTemplates = Self.templates
    if let scaleDown = document["workloadRef"]?.string { Self.refer(&sim, scaleDown: scaleDown) }
    if document["starts"] != "empty" { sim.run(for: .seconds(60)) }
    start = sim.now
    timeline = Timeline(sim)
  }

  /// Lets time pass until the instant, then does what the script says. What happens at the same instant happens at
  /// once, before the planner sees any of it.
  mutating func act(_ action: JSONValue, at: Duration) throws {
    if at > sim.now - start { run(until: at) }
    // What a person asks for, or the world takes, cannot be there at once.
    defer { invariants.forgive(sim) }
    if let text = action.string {
      timeline.note(text, sim)
      try act(text)
      return
    }
    for (verb, content) in action.object ?? [:] {
      timeline.note("\(verb) \(content)", sim)
      switch verb {
      case "edit spec": sim.editSpec { $0 = MergePatch.apply(content, to: $0) }
      case "patch status": sim.patchStatus(content)
      case "world": try Self.change(&sim.settings, content)
      default: throw StageError(message: "\(verb): no such action")
      }
    }
  }

  mutating func end(at: Duration) -> Timeline {
    run(until: at)
    timeline.close(sim)
    #expect(invariants.violations.isEmpty)
    return timeline
  }

  private mutating func run(until: Duration) {
    let rest = until - (sim.now - start)
    var timeline = timeline
    var invariants = invariants
    let allowsMissingPods = allowsMissingPods
    sim.run(for: max(.zero, rest)) { sim, plan in
      timeline.record(sim, plan)
      if !allowsMissingPods { invariants.check(sim) }
      invariants.checkWake(plan, sim)
    }
    self.timeline = timeline
    self.invariants = invariants
  }

  private mutating func act(_ text: String) throws {
    let words = text.split(separator: " ").map(String.init)
    let number = words.last.flatMap { Int($0) } ?? 0
    switch text.prefix(while: { !$0.isNumber }) {
    case "abort": sim.abort()
    case "retry": sim.retry()
    case "resume": sim.resume()
    case "promote": sim.promote()
    case "promote full": sim.promoteFully()
    case "skip step": sim.skipStep()
    case "skip all steps": sim.skipStep(all: true)
    case "restart": sim.restart()
    case "pause": sim.editSpec { $0["paused"] = true }
    case "unpause": sim.editSpec { $0["paused"] = false }
    case "scale ": sim.scale(to: number)
    case "undo to revision ": sim.undo(toRevision: number)
    case "controller dies after effect ": die(after: number)
    case "controller away for ": sim.advance(to: sim.now + .seconds(number))
    case "git is away": sim.settings.isGitReachable = false
    case "git is back": sim.settings.isGitReachable = true
    default:
      let image = words.last ?? ""
      switch words.dropLast().joined(separator: " ") {
      case "create service": sim.createService(image)
      case "set image" where sim.workload != nil: sim.editWorkload { Self.setImage(image, &$0) }
      case "set image": sim.setImage(image)
      case "break pods of": sim.breakPods(ofImage: image)
      case "repair pods of": sim.repairPods(ofImage: image)
      default: throw StageError(message: "\(text): no such action")
      }
    }
  }

  /// The next plan is cut off after some of its effects, before the status is written.
  private mutating func die(after effects: Int) {
    do {
      try sim.perform(plan(sim.snapshot()), crashAfter: effects)
      Issue.record("the plan has less than \(effects) effects")
    } catch {
      #expect(error.message == "crashed")
    }
  }

  /// Seconds as a script has them: `90s`, `2m`.
  static func seconds(_ value: JSONValue) throws -> Duration {
    try #require(value.string.flatMap { Duration(go: $0) }, "\(value) is not a duration such as 90s")
  }
}

/// What a scenario file has wrong.
struct StageError: Error, CustomStringConvertible {
  let message: String

  var description: String { message }
}
