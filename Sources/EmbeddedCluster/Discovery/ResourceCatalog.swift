import KubeModel
import Primitives

/// What the server serves: the built-in kinds and, coming and going with their CRDs, the custom ones.
final class ResourceCatalog: Sendable {
  /// Kinds are found by group, version and plural.
  struct Key: Hashable, Sendable {
    let group: String
    let version: String
    let plural: String
  }

  private struct State {
    var resources: [Key: ServedResource] = [:]
    /// Group versions in the order in which discovery shows them.
    var order: [Key] = []
  }

  private let state: Locked<State>

  init(_ builtIn: [ServedResource]) {
    var initial = State()
    for resource in builtIn {
      initial.order.append(Key(resource.type))
      initial.resources[Key(resource.type)] = resource
    }
    state = Locked(initial)
  }

  func resource(group: String, version: String, plural: String) -> ServedResource? {
    state.withLock { $0.resources[Key(group: group, version: version, plural: plural)] }
  }

  func resource(_ type: ResourceType) -> ServedResource? {
    state.withLock { $0.resources[Key(type)] }
  }

  /// All kinds, groups together, in a stable order.
  var all: [ServedResource] {
    state.withLock { state in state.order.compactMap { state.resources[$0] } }
  }

  func has(group: String, version: String) -> Bool {
    state.withLock { $0.order.contains { $0.group == group && $0.version == version } }
  }

  /// Puts the versions of a custom kind in place of what was served for it before.
  func replace(group: String, plural: String, with resources: [ServedResource]) {
    state.withLock { state in
      state.order.removeAll { $0.group == group && $0.plural == plural }
      for (key, _) in state.resources where key.group == group && key.plural == plural {
        state.resources[key] = nil
      }
      for resource in resources {
        state.order.append(Key(resource.type))
        state.resources[Key(resource.type)] = resource
      }
    }
  }
}

extension ResourceCatalog.Key {
  init(_ type: ResourceType) {
    self.init(group: type.group, version: type.version, plural: type.plural)
  }
}
