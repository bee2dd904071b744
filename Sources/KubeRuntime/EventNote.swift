import KubeModel
package import Primitives

/// Something worth telling about an object, as `kubectl describe` shows it.
package struct EventNote: Sendable, Hashable {
  /// How serious it is.
  package enum Severity: String, Sendable, Hashable {
    case normal = "Normal"
    case warning = "Warning"
  }

  /// What it is about, in words rather than as JSON: notes are compared and hashed at every step of their way.
  private let apiVersion: String
  private let kind: String
  private let objectNamespace: String
  let name: String
  let uid: String
  package let severity: Severity
  /// One word in upper camel case, for programs.
  package let reason: String
  /// One sentence, for people; more than 1024 characters are cut, which is the server's limit.
  package let message: String

  package init(regarding object: JSONValue, _ severity: Severity, reason: String, message: String) {
    apiVersion = object.apiVersion
    kind = object.kind
    objectNamespace = object.namespace
    name = object.name
    uid = object.uid
    self.severity = severity
    self.reason = reason
    self.message = message.utf8.count <= 1024 ? message : String(message.prefix(250)) + "…"
  }

  /// The reference to what it is about: apiVersion, kind, namespace, name and uid.
  package var regarding: JSONValue {
    var reference: JSONValue = [
      "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name),
    ]
    if !objectNamespace.isEmpty { reference["namespace"] = .string(objectNamespace) }
    if !uid.isEmpty { reference["uid"] = .string(uid) }
    return reference
  }

  /// Events of cluster-scoped objects live in the namespace `default`.
  var namespace: String { objectNamespace.isEmpty ? "default" : objectNamespace }
}
