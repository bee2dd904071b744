package import KubeModel

/// Where something stands that a router reads or writes: an object of the cluster, or something outside of it.
package struct RouteAddress: Sendable, Hashable {
  /// The kind of the object; of what is outside, a kind that no cluster serves.
  package let type: ResourceType
  /// The object; of what is outside, the namespace of the Rollout with a name for people.
  package let key: ObjectKey
  /// Nil for an object of the cluster.
  package let outside: OutsidePlace?

  package init(_ type: ResourceType, _ key: ObjectKey) {
    self.type = type
    self.key = key
    outside = nil
  }

  package init(_ outside: OutsidePlace, _ key: ObjectKey) {
    type = outside.type
    self.key = key
    self.outside = outside
  }
}

extension RouteAddress: CustomStringConvertible {
  /// `HTTPRoute "shop/web"`, as conditions and errors name it.
  package var description: String { "\(type.kind) \"\(key)\"" }
}

extension RouteAddress: Comparable {
  package static func < (one: RouteAddress, other: RouteAddress) -> Bool {
    (one.type.qualifiedPlural, one.key) < (other.type.qualifiedPlural, other.key)
  }
}
