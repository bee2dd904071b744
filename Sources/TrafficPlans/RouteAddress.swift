package import KubeModel

/// Where one object stands that a router reads or writes.
package struct RouteAddress: Sendable, Hashable {
  package let type: ResourceType
  package let key: ObjectKey

  package init(_ type: ResourceType, _ key: ObjectKey) {
    self.type = type
    self.key = key
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
