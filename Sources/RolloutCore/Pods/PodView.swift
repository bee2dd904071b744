import KubeModel
import Primitives

/// A pod as the planner sees it.
struct PodView {
  let object: JSONValue

  init(_ object: JSONValue) { self.object = object }

  var name: String { object.name }
  var uid: String { object.uid }
  /// The UID of its ReplicaSet.
  var owner: String { object.controllerReference?["uid"]?.string ?? "" }
  var created: Instant? { object.creationTimestamp }
  var isTerminating: Bool { object.isBeingDeleted }

  /// Whether it has been ready for so many seconds.
  func isAvailable(minReadySeconds: Int, at now: Instant) -> Bool {
    guard !isTerminating, let conditions = object.status["conditions"]?.array,
      let ready = conditions.first(where: { $0["type"]?.string == "Ready" }), ready["status"] == "True"
    else { return false }
    guard minReadySeconds > 0 else { return true }
    guard let since = ready["lastTransitionTime"]?.string.flatMap(Instant.init) else { return false }
    return since + .seconds(minReadySeconds) <= now
  }

  /// When it became available or, until it is, ready; nil unless it is ready.
  func lastProgress(minReadySeconds: Int, at now: Instant) -> Instant? {
    guard isAvailable(minReadySeconds: 0, at: now),
      let ready = object.status["conditions"]?.array?.first(where: { $0["type"] == "Ready" }),
      let since = ready["lastTransitionTime"]?.string.flatMap(Instant.init)
    else { return nil }
    let available = since + .seconds(max(0, minReadySeconds))
    return min(now, available <= now ? available : since)
  }
}
