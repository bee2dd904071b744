import KubeModel
import Primitives

/// Keeps images for which a release was aborted from coming back, whoever brings them, until a commit takes them out of
/// `serin.lock`.
enum Quarantine {
  /// Why an object may not be applied; nil when it may.
  ///
  /// What the cluster runs already is not refused: other fields of the object may change, and the release may be tried
  /// again on purpose.
  ///
  /// The object is a Rollout, or the workload that one of the set names; the lock is that of the set's commit.
  static func refusal(
    of desired: DesiredObject,
    live: JSONValue?,
    in set: DesiredSet,
    lock: SerinLock
  ) -> String? {
    let running = images(live)
    let brought = images(desired.object).filter { running[$0.key] != $0.value }.values.sorted()
    guard !brought.isEmpty else { return nil }
    for rollout in rollouts(with: desired, in: set) {
      let listed = lock[rollout].quarantine
      guard let entry = brought.lazy.compactMap({ image in listed.first { $0.image == image } }).first else {
        continue
      }
      let since = entry.since.map { " since \($0.rfc3339)" } ?? ""
      let reason = entry.reason.isEmpty ? "" : " (\(entry.reason))"
      return "\(desired.id) asks for \(entry.image), which is in quarantine\(since)\(reason); "
        + "`serin release \(entry.image)` lets it in again"
    }
    return nil
  }

  private static func images(_ object: JSONValue?) -> [String: String] {
    Decision.images(ofTemplate: object?.at("spec", "template") ?? .null)
  }

  /// The Rollouts whose pod template the object holds: itself, or those that name it as their workload.
  private static func rollouts(with desired: DesiredObject, in set: DesiredSet) -> [ObjectKey] {
    if desired.id.isRollout { return [desired.id.key] }
    return set.objects.filter { rollout in
      guard rollout.id.isRollout, rollout.id.namespace == desired.id.namespace,
        let reference = rollout.object.at("spec", "workloadRef")
      else { return false }
      return reference["kind"]?.string == desired.id.kind && reference["name"]?.string == desired.id.name
        && reference["apiVersion"]?.string == desired.apiVersion
    }.map(\.id.key)
  }
}
