import KubeModel
import Primitives

/// The names of the objects of one kind by who controls them, so that a controller finds its own among thousands.
struct ControlledNames {
  private struct Place: Hashable {
    let namespace: String
    /// The uid of the controlling owner; empty for those that nobody controls.
    let controller: String
  }

  private var names: [Place: Set<String>] = [:]

  /// The names of a namespace's objects that this uid controls; those that nobody controls for an empty one.
  func names(namespace: String, controller: String) -> Set<String> {
    names[Place(namespace: namespace, controller: controller)] ?? []
  }

  /// Takes in a change: nil for what was not there, or is not there any more.
  mutating func change(from old: JSONValue?, to new: JSONValue?) {
    let (before, after) = (old.map(Self.place), new.map(Self.place))
    guard before != after else { return }
    if let before, let name = old?.name {
      names[before]?.remove(name)
      if names[before]?.isEmpty == true { names[before] = nil }
    }
    if let after, let name = new?.name { names[after, default: []].insert(name) }
  }

  private static func place(_ object: JSONValue) -> Place {
    Place(namespace: object.namespace, controller: object.controllerReference?["uid"]?.string ?? "")
  }
}
