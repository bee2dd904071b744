package import KubeModel
package import Primitives

/// One entry of a watch stream.
package enum WatchEvent: Sendable, Hashable {
  case added(JSONValue)
  case modified(JSONValue)
  /// The object as it last was.
  case deleted(JSONValue)
  /// Nothing changed up to this resource version; a watch may resume from it.
  case bookmark(resourceVersion: String, endsInitialEvents: Bool)
  /// The server gives up on this stream: 410 when the resource version is too old.
  case error(KubeStatus)

  /// Reads one line of a stream; nil when it has no known type or no object.
  package init?(_ line: JSONValue) {
    guard let object = line["object"] else { return nil }
    switch line["type"]?.string {
    case "ADDED": self = .added(object)
    case "MODIFIED": self = .modified(object)
    case "DELETED": self = .deleted(object)
    case "BOOKMARK":
      let ends = object.annotations["k8s.io/initial-events-end"] == "true"
      self = .bookmark(resourceVersion: object.resourceVersion, endsInitialEvents: ends)
    case "ERROR":
      self = .error(
        KubeStatus(object) ?? KubeStatus(code: 500, reason: "", message: "the watch ended: \(object)")
      )
    default: return nil
    }
  }

  /// Where the watch stands after this event; nil after an error.
  package var resourceVersion: String? {
    switch self {
    case .added(let object), .modified(let object), .deleted(let object): object.resourceVersion
    case .bookmark(let version, _): version
    case .error: nil
    }
  }
}
