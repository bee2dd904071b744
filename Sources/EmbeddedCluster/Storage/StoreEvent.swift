package import KubeModel
package import Primitives

/// One change of one object, as watchers of the store see it.
package struct StoreEvent: Sendable {
  /// What happened to the object.
  package enum Kind: Sendable, Equatable {
    case added
    case modified
    case deleted
  }

  package let kind: Kind
  package let type: ResourceType
  /// The object after the change; for a deletion its last state, with the resourceVersion of the deletion.
  package let object: JSONValue
  /// The object before the change; nil when it was added.
  package let previous: JSONValue?
  /// The store's version that this change made.
  package let resourceVersion: Int
}

/// What a delete request demands of the object before it is touched.
package struct DeletePreconditions: Sendable, Equatable {
  package var uid: String?
  package var resourceVersion: String?

  package init(uid: String? = nil, resourceVersion: String? = nil) {
    self.uid = uid
    self.resourceVersion = resourceVersion
  }
}

/// What becomes of an object's dependents when it is deleted.
package enum DeletePropagation: String, Sendable, Equatable {
  /// The dependents stay and lose their owner reference.
  case orphan = "Orphan"
  /// The object goes at once, its dependents afterwards.
  case background = "Background"
  /// The object waits, with a finalizer, until its dependents are gone.
  case foreground = "Foreground"
}
