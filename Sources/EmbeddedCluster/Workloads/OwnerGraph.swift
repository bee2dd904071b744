import KubeModel
import Primitives

/// Who owns whom among all objects, kept from events: the memory of the garbage collector.
struct OwnerGraph: Sendable {
  /// An object in the graph.
  struct Node: Sendable, Hashable {
    let type: ResourceType
    let key: ObjectKey
    let uid: String
  }

  private struct Entry {
    let node: Node
    let owners: Set<String>
    let isBeingDeleted: Bool
    let finalizers: Set<String>
  }

  private var entries: [String: Entry] = [:]
  private var dependents: [String: Set<String>] = [:]

  /// Takes in a change of an object.
  mutating func observe(_ event: StoreEvent) {
    let object = event.object
    let uid = object.uid
    guard !uid.isEmpty else { return }
    forget(uid)
    guard event.kind != .deleted else { return }
    let owners = Set(object.ownerReferences.compactMap { $0["uid"]?.string })
    let node = Node(type: event.type, key: ObjectKey(object), uid: uid)
    entries[uid] = Entry(
      node: node,
      owners: owners,
      isBeingDeleted: object.isBeingDeleted,
      finalizers: Set((object.at("metadata", "finalizers")?.array ?? []).compactMap(\.string))
    )
    for owner in owners { dependents[owner, default: []].insert(uid) }
  }

  private mutating func forget(_ uid: String) {
    guard let entry = entries.removeValue(forKey: uid) else { return }
    for owner in entry.owners {
      dependents[owner]?.remove(uid)
      if dependents[owner]?.isEmpty == true { dependents[owner] = nil }
    }
  }

  func dependents(of uid: String) -> [Node] { nodes(dependents[uid] ?? []) }

  /// The object of this uid, when it is being deleted and only waits until its last dependent is gone.
  func waitingOwner(_ uid: String) -> Node? {
    guard let entry = entries[uid], entry.isBeingDeleted, entry.finalizers.contains("foregroundDeletion"),
      dependents[uid] == nil
    else { return nil }
    return entry.node
  }

  /// Whether an object has owners and none of them exists any more.
  func isAbandoned(_ uid: String) -> Bool {
    guard let owners = entries[uid]?.owners, !owners.isEmpty else { return false }
    return owners.allSatisfy { entries[$0] == nil }
  }

  private func nodes(_ uids: Set<String>) -> [Node] {
    uids.compactMap { entries[$0]?.node }.sorted { ($0.type.plural, $0.key) < ($1.type.plural, $1.key) }
  }
}
