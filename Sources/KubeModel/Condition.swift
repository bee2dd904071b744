package import Primitives

/// One entry of `status.conditions`, as Kubernetes and Argo Rollouts write it.
package struct Condition: Sendable, Hashable {
  package var type: String
  /// `True`, `False` or `Unknown`.
  package var status: String
  package var reason: String
  package var message: String
  package var lastUpdateTime: Instant?
  package var lastTransitionTime: Instant?

  package init(
    type: String,
    status: String,
    reason: String,
    message: String,
    lastUpdateTime: Instant? = nil,
    lastTransitionTime: Instant? = nil
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.lastUpdateTime = lastUpdateTime
    self.lastTransitionTime = lastTransitionTime
  }

  /// Reads a condition leniently: what is absent is empty.
  package init(_ value: JSONValue) {
    self.init(
      type: value["type"]?.string ?? "",
      status: value["status"]?.string ?? "",
      reason: value["reason"]?.string ?? "",
      message: value["message"]?.string ?? "",
      lastUpdateTime: value["lastUpdateTime"]?.string.flatMap(Instant.init),
      lastTransitionTime: value["lastTransitionTime"]?.string.flatMap(Instant.init)
    )
  }

  package var json: JSONValue {
    var value: JSONValue = [
      "message": .string(message), "reason": .string(reason), "status": .string(status),
      "type": .string(type),
    ]
    value["lastUpdateTime"] = lastUpdateTime.map { .string($0.rfc3339) }
    value["lastTransitionTime"] = lastTransitionTime.map { .string($0.rfc3339) }
    return value
  }
}
