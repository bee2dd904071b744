import KubeModel
import Primitives

/// Events are stored as `v1` has them and shown as the asked group has them.
enum EventForm {
  /// Fields of the core form and their names in `events.k8s.io/v1`.
  private static let names = [
    ("involvedObject", "regarding"), ("message", "note"), ("reportingComponent", "reportingController"),
    ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"),
  ]

  static func storedType(_ type: ResourceType) -> ResourceType {
    type.group == "events.k8s.io" ? .events : type
  }

  /// The form in which an object of the kind is kept.
  static func stored(_ object: JSONValue, _ type: ResourceType) -> JSONValue {
    guard type.group == "events.k8s.io" else { return object }
    var object = object
    object["apiVersion"] = "v1"
    for (core, new) in names {
      if let value = object[new] { object[core] = value }
      object[new] = nil
    }
    return object
  }

  /// The form in which the kind's version shows a stored object.
  static func shown(_ object: JSONValue, _ type: ResourceType) -> JSONValue {
    guard type.group == "events.k8s.io" else { return object }
    var object = object
    for (core, new) in names {
      if let value = object[core] { object[new] = value }
      object[core] = nil
    }
    return object
  }
}
