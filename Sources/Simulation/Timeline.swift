import KubeModel
package import Primitives
package import RolloutCore

/// What happens to a rollout over time, for a person to read and for a test to compare: one row for each plan that did
/// something, and remarks between them.
///
/// Revisions have their numbers (`r1`, `r2`) and not their hashes, so that a timeline outlives a change of the hash.
package struct Timeline: Sendable {
  /// A row: a remark without a state, such as what a person did, or a state and what led to it.
  package struct Row: Sendable, Hashable {
    /// Time since the timeline began.
    package let at: Duration
    /// Nil for a remark.
    package let state: State?
    /// The remark, or what the plan did, in its order.
    package let done: [String]
  }

  package let start: Instant
  package private(set) var rows: [Row] = []
  /// Revisions by their hash, as they were called last.
  var names: [String: String] = [:]

  /// Begins with the state in which the world is now.
  package init(_ sim: ClusterSim) {
    start = sim.now
    learnNames(sim)
    guard sim.rollout["status"] != nil else { return }
    rows.append(Row(at: .zero, state: State(sim, names), done: []))
  }

  /// Adds a remark: what a person did, or what befell the world.
  package mutating func note(_ remark: String, _ sim: ClusterSim) {
    learnNames(sim)
    rows.append(Row(at: sim.now - start, state: nil, done: [remark]))
  }

  /// Adds a plan that was just performed; one that only wrote what the rows do not show is left out.
  package mutating func record(_ sim: ClusterSim, _ plan: Plan) {
    var done: [String] = []
    for effect in plan.effects {
      if let words = words(for: effect, sim) { done.append(words) }
      learnName(effect)
    }
    done = Timeline.counted(done) + Timeline.counted(plan.events.compactMap { words(for: $0) })
    learnNames(sim)
    let state = State(sim, names)
    guard !done.isEmpty || state != lastState else { return }
    rows.append(Row(at: sim.now - start, state: state, done: done))
  }

  /// Ends with the state in which the world is now, and with when the planner wants to look again.
  package mutating func close(_ sim: ClusterSim) {
    let last = plan(sim.snapshot())
    let rest: String
    switch (last.isQuiet, last.wake) {
    case (false, _): rest = "not at rest"
    case (true, .onChange): rest = "at rest"
    case (true, .at(let instant)): rest = "looks again at \(seconds(instant))"
    }
    rows.append(Row(at: sim.now - start, state: State(sim, names), done: [rest]))
  }

  private var lastState: State? { rows.last { $0.state != nil }?.state }

  /// Revisions by their numbers, what an Experiment runs by the name of its template.
  private mutating func learnNames(_ sim: ClusterSim) {
    for set in sim.replicaSets.values.map({ ReplicaSetView($0) }) {
      names[set.hash] = set.object.annotation(RolloutNames.experimentTemplate) ?? "r\(set.revision)"
    }
  }

  /// The parts with those that follow themselves said once, with their number.
  private static func counted(_ parts: [String]) -> [String] {
    var counts: [(part: String, count: Int)] = []
    for part in parts {
      if counts.last?.part == part { counts[counts.count - 1].count += 1 } else { counts.append((part, 1)) }
    }
    return counts.map { $0.count == 1 ? $0.part : "\($0.part) ×\($0.count)" }
  }

  /// From its new number on, a revision that came back is called by that.
  private mutating func learnName(_ effect: Effect) {
    guard case .annotateReplicaSet(let name, let annotations) = effect,
      let revision = annotations[RolloutNames.revision] ?? nil,
      let hash = names.keys.first(where: { !$0.isEmpty && name.hasSuffix("-\($0)") })
    else { return }
    names[hash] = "r\(revision)"
  }

  /// An instant as seconds since the timeline began.
  func seconds(_ instant: Instant) -> String { Timeline.seconds(instant - start) }

  /// Seconds without a fraction where there is none.
  static func seconds(_ duration: Duration) -> String {
    let whole = duration.components.seconds
    let tenths = duration.components.attoseconds / 100_000_000_000_000_000
    return tenths == 0 ? String(whole) : "\(whole).\(tenths)"
  }
}
