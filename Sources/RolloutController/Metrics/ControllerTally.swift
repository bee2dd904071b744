import KubeModel
import KubeRuntime
import Primitives

/// What the controller counts while it works: looks at objects, events, and how long releases took.
///
/// Names and bounds are those of Argo Rollouts (reference, section 7.3). What concerns an object that is gone is
/// dropped when the next reader asks.
final class ControllerTally: Sendable {
  /// The kinds whose looks are counted, by the prefix of their metrics.
  enum Kind: String, Sendable, CaseIterable {
    case rollout
    case experiment
    case analysisRun = "analysis_run"
  }

  /// What events are counted by.
  struct EventKind: Sendable, Hashable {
    let object: ObjectKey
    let type: String
    let reason: String
  }

  /// The looks at one object.
  private struct Looks: Sendable {
    /// Seconds.
    var durations = Histogram([0.01, 0.15, 0.25, 0.5, 1])
    var errors = 0
  }

  private struct State: Sendable {
    var looks: [Kind: [ObjectKey: Looks]] = [:]
    var events: [EventKind: Int] = [:]
    /// By how the release ended.
    var releases: [String: ReleaseTimes] = [:]
  }

  /// Seconds that releases took.
  private struct ReleaseTimes: Sendable {
    var whole = Histogram([30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 28_800])
    /// Without the time in which a person was waited for.
    var progression = Histogram([30, 60, 120, 300, 600, 900, 1800, 3600])
    var manualPause = Histogram([0, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800])
  }

  private let isRead: Bool
  private let state = Locked(State())

  /// What nobody reads is not counted: only a reader has objects forgotten that are gone.
  init(isRead: Bool = true) { self.isRead = isRead }

  /// Has the look taken, and counts how long it took and whether it failed.
  func look(
    at key: ObjectKey,
    of kind: Kind,
    now: () -> Instant,
    _ body: () async -> ReconcileResult
  ) async -> ReconcileResult {
    guard isRead else { return await body() }
    let began = now()
    let result = await body()
    let seconds = (now() - began).inSeconds
    state.withLock { state in
      var looks = state.looks[kind]?[key] ?? Looks()
      looks.durations.observe(max(0, seconds))
      if case .failed = result { looks.errors += 1 }
      state.looks[kind, default: [:]][key] = looks
    }
    return result
  }

  func count(event type: String, _ reason: String, of rollout: ObjectKey) {
    guard isRead else { return }
    let kind = EventKind(object: rollout, type: type, reason: reason)
    state.withLock { $0.events[kind, default: 0] += 1 }
  }

  /// Counts a release that ended in that way, in seconds.
  func count(release status: String, took seconds: Double, waited: Double) {
    state.withLock { state in
      var times = state.releases[status] ?? ReleaseTimes()
      times.whole.observe(seconds)
      times.progression.observe(max(0, seconds - waited))
      times.manualPause.observe(waited)
      state.releases[status] = times
    }
  }

  /// The families, for the objects that `isAlive` knows; the others are forgotten.
  func families(isAlive: (Kind, ObjectKey) -> Bool) -> [MetricFamily] {
    let state = state.withLock { state in
      for kind in Kind.allCases {
        state.looks[kind]?.keys.filter { !isAlive(kind, $0) }.forEach { key in
          state.looks[kind]?[key] = nil
        }
      }
      state.events = state.events.filter { isAlive(.rollout, $0.key.object) }
      return state
    }
    return Kind.allCases.flatMap { Self.families($0, state.looks[$0] ?? [:]) }
      + [Self.events(state.events)] + Self.releases(state.releases)
  }

  private static func families(_ kind: Kind, _ looks: [ObjectKey: Looks]) -> [MetricFamily] {
    var durations = MetricFamily("\(kind.rawValue)_reconcile", .histogram, "Seconds that looks at it took.")
    var errors = MetricFamily("\(kind.rawValue)_reconcile_error", .counter, "Looks at it that failed.")
    for (key, looks) in looks.sorted(by: { $0.key < $1.key }) {
      durations.add(looks.durations, key.labels)
      errors.add(looks.errors, key.labels)
    }
    return [durations, errors]
  }

  private static func events(_ events: [EventKind: Int]) -> MetricFamily {
    var family = MetricFamily("rollout_events_total", .counter, "Events told of the Rollout.")
    let sorted = events.sorted {
      ($0.key.object, $0.key.type, $0.key.reason) < ($1.key.object, $1.key.type, $1.key.reason)
    }
    for (kind, times) in sorted {
      family.add(times, kind.object.labels + [.init("type", kind.type), .init("reason", kind.reason)])
    }
    return family
  }

  private static func releases(_ releases: [String: ReleaseTimes]) -> [MetricFamily] {
    var whole = MetricFamily(
      "rollout_duration_seconds",
      .histogram,
      "Time from the start of a release to its end."
    )
    var progression = MetricFamily(
      "rollout_progression_duration_seconds",
      .histogram,
      "The same, without the time in which a person was waited for."
    )
    var pause = MetricFamily(
      "rollout_manual_pause_duration_seconds",
      .histogram,
      "Time in which a release waited for a person."
    )
    for (status, times) in releases.sorted(by: { $0.key < $1.key }) {
      let labels = [MetricFamily.Label("status", status)]
      whole.add(times.whole, labels)
      progression.add(times.progression, labels)
      pause.add(times.manualPause, labels)
    }
    return [whole, progression, pause]
  }
}

extension ObjectKey {
  /// The labels `namespace` and `name`.
  var labels: [MetricFamily.Label] { [.init("namespace", namespace), .init("name", name)] }
}
