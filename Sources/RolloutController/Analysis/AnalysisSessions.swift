import AnalysisCore
import KubeModel
import Primitives

/// What a reconciler remembers of a run between two looks, so that not every measurement is a write.
struct AnalysisSession: Sendable {
  let identity: RunIdentity
  var work: AnalysisRunWork
  /// The status as the cluster has it.
  private(set) var stored: JSONValue
  /// The version of the run to which a write applies.
  private(set) var version: String
  /// The last versions of our own making: an echo of one is no news.
  private var ownVersions: [String] = []
  private var writtenAt: Instant?
  /// Jobs that are to be deleted before the status is written.
  var jobsToDelete: Set<JobReference> = []

  init(_ run: JSONValue) {
    identity = RunIdentity(run)
    work = AnalysisRunWork(run)
    stored = run.status
    version = run.resourceVersion
  }

  /// Takes in the run as the watch shows it. A status that somebody else wrote replaces what is remembered.
  mutating func see(_ run: JSONValue) {
    guard run.resourceVersion != version, !ownVersions.contains(run.resourceVersion) else { return }
    version = run.resourceVersion
    if run.status == stored {
      work.adopt(specificationOf: run)
    } else {
      work = AnalysisRunWork(run)
      stored = run.status
    }
  }

  /// The server took the status.
  mutating func wrote(_ status: JSONValue, version: String, at now: Instant) {
    stored = status
    ownVersions = ownVersions.suffix(7) + [self.version]
    self.version = version
    writtenAt = now
  }

  /// When the status is to be written: nil when it says nothing new, now when a phase or a message changed, and else,
  /// for measurements alone, not before a while has passed since the last write.
  func writeTime(of status: JSONValue, now: Instant, pause: Duration) -> Instant? {
    if status == stored { return nil }
    guard let writtenAt, Self.meaning(status) == Self.meaning(stored) else { return now }
    return max(now, writtenAt + pause)
  }

  /// The part of a status that people and rollouts act upon.
  private static func meaning(_ status: JSONValue) -> [JSONValue?] {
    var parts = [status["phase"], status["message"]]
    for result in status["metricResults"]?.array ?? [] {
      parts += [result["name"], result["phase"], result["message"]]
      // A measurement in flight names what runs for it.
      let last = result["measurements"]?.array?.last
      if last?["finishedAt"] == nil { parts.append(last?["startedAt"]) }
    }
    return parts
  }
}
