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
  /// Objects by namespace, for the end of a namespace.
  private var residents: [String: Set<String>] = [:]
  private var terminating: Set<String> = []

  /// Takes in a change of an object.
  mutating func observe(_ event: StoreEvent) {
    let object = event.object
    let uid = object.uid
    guard !uid.isEmpty else { return }
    forget(uid)
    if event.type == .namespaces { terminating.remove(object.name) }
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
    if event.type == .namespaces, object.isBeingDeleted { terminating.insert(object.name) }
    if event.type.isNamespaced { residents[node.key.namespace, default: []].insert(uid) }
  }

  private mutating func forget(_ uid: String) {
    guard let entry = entries.removeValue(forKey: uid) else { return }
    for owner in entry.owners {
      dependents[owner]?.remove(uid)
      if dependents[owner]?.isEmpty == true { dependents[owner] = nil }
    }
    residents[entry.node.key.namespace]?.remove(uid)
    if residents[entry.node.key.namespace]?.isEmpty == true { residents[entry.node.key.namespace] = nil }
  }

  func dependents(of uid: String) -> [Node] { nodes(dependents[uid] ?? []) }

  func residents(of namespace: String) -> [Node] { nodes(residents[namespace] ?? []) }

  /// The object of this uid, when it is being deleted and only waits until its last dependent is gone.
  func waitingOwner(_ uid: String) -> Node? {
    guard let entry = entries[uid], entry.isBeingDeleted, entry.finalizers.contains("foregroundDeletion"),
      dependents[uid] == nil
    else { return nil }
    return entry.node
  }

  /// Whether a namespace is being deleted and holds nothing any more.
  func isReleasable(namespace: String) -> Bool {
    terminating.contains(namespace) && residents[namespace] == nil
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
