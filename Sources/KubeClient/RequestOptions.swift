package import Primitives

/// How a create, update or patch is to be done.
package struct WriteOptions: Sendable, Hashable {
  /// Who the managed fields say made the change; nil leaves it to the user agent. An apply brings its own.
  package var fieldManager: String?
  /// Validate and answer as if it were done, but store nothing.
  package var dryRun: Bool
  /// What the server does with unknown fields: `Ignore`, `Warn` or `Strict`; nil is the server's own choice.
  package var fieldValidation: String?

  package init(fieldManager: String? = nil, dryRun: Bool = false, fieldValidation: String? = nil) {
    self.fieldManager = fieldManager
    self.dryRun = dryRun
    self.fieldValidation = fieldValidation
  }
}

/// How a patch is to be done.
package typealias PatchOptions = WriteOptions

/// How a delete is to be done.
package struct DeleteOptions: Sendable, Hashable {
  /// What becomes of the objects that this one owns.
  package enum Propagation: String, Sendable, Hashable {
    case background = "Background"
    case foreground = "Foreground"
    case orphan = "Orphan"
  }

  package var propagation: Propagation?
  /// Refuse (as a conflict) when the object has another uid, so that a successor of the same name survives.
  package var uid: String?
  /// Refuse (as a conflict) when the object has changed since.
  package var resourceVersion: String?
  package var gracePeriodSeconds: Int?
  package var dryRun: Bool

  package init(
    propagation: Propagation? = .background,
    uid: String? = nil,
    resourceVersion: String? = nil,
    gracePeriodSeconds: Int? = nil,
    dryRun: Bool = false
  ) {
    self.propagation = propagation
    self.uid = uid
    self.resourceVersion = resourceVersion
    self.gracePeriodSeconds = gracePeriodSeconds
    self.dryRun = dryRun
  }

  /// The `DeleteOptions` object of `meta.k8s.io/v1`, which is the body of a delete.
  package var json: JSONValue {
    var value: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
    value["propagationPolicy"] = propagation.map { .string($0.rawValue) }
    value["gracePeriodSeconds"] = gracePeriodSeconds.map { JSONValue($0) }
    if let uid { value.set(.string(uid), at: "preconditions", "uid") }
    if let resourceVersion { value.set(.string(resourceVersion), at: "preconditions", "resourceVersion") }
    if dryRun { value["dryRun"] = ["All"] }
    return value
  }
}

/// Which objects a list or a watch is about.
package struct ListScope: Sendable, Hashable {
  /// nil or empty for all namespaces.
  package var namespace: String?
  package var labelQuery: String
  package var fieldQuery: String

  package init(namespace: String? = nil, labelQuery: String = "", fieldQuery: String = "") {
    self.namespace = namespace
    self.labelQuery = labelQuery
    self.fieldQuery = fieldQuery
  }
}
