import KubeModel
package import Primitives

/// Something worth telling about an object, as `kubectl describe` shows it.
package struct EventNote: Sendable, Hashable {
  /// How serious it is.
  package enum Severity: String, Sendable, Hashable {
    case normal = "Normal"
    case warning = "Warning"
  }

  /// What it is about: apiVersion, kind, namespace, name and uid.
  package let regarding: JSONValue
  package let severity: Severity
  /// One word in upper camel case, for programs.
  package let reason: String
  /// One sentence, for people; more than 1024 characters are cut, which is the server's limit.
  package let message: String

  package init(regarding object: JSONValue, _ severity: Severity, reason: String, message: String) {
    var reference: JSONValue = [
      "apiVersion": .string(object.apiVersion), "kind": .string(object.kind), "name": .string(object.name),
    ]
    if !object.namespace.isEmpty { reference["namespace"] = .string(object.namespace) }
    if !object.uid.isEmpty { reference["uid"] = .string(object.uid) }
    regarding = reference
    self.severity = severity
    self.reason = reason
    self.message = message.utf8.count <= 1024 ? message : String(message.prefix(250)) + "…"
  }

  /// Events of cluster-scoped objects live in the namespace `default`.
  var namespace: String { regarding["namespace"]?.string ?? "default" }
}
