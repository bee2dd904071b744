import KubeModel
import Primitives

/// Objects and indexes of a store: the part behind its lock.
struct StoreContents {
  private(set) var objects: [ObjectKey: JSONValue] = [:]
  var isServed = true
  /// How far the server's own news have come: whatever is newer is told by a later event.
  var reachedVersion: UInt64 = 0
  private let rules: [String: Store.IndexRule]
  private var indexes: [String: [String: Set<ObjectKey>]] = [:]
  /// What the rules said of each object, by index: each is asked once for each change.
  private var values: [ObjectKey: [String: [String]]] = [:]

  init(rules: [String: Store.IndexRule]) { self.rules = rules }

  func keys(index: String, _ value: String) -> Set<ObjectKey> {
    precondition(rules[index] != nil, "no index \(index) was declared")
    return indexes[index]?[value] ?? []
  }

  mutating func replace(with list: [JSONValue]) -> [StoreChange] {
    var gone = Set(objects.keys)
    var changes: [StoreChange] = []
    for object in list {
      gone.remove(ObjectKey(object))
      changes += put(object, unlessOlder: false)
    }
    for key in gone.sorted() { changes += set(key, nil) }
    return changes
  }

  /// An event that is older than what an own write brought in is skipped.
  mutating func put(_ object: JSONValue, unlessOlder: Bool = true) -> [StoreChange] {
    let key = ObjectKey(object)
    if unlessOlder, let old = objects[key], old.uid == object.uid, Self.isNewer(old, than: object) {
      return []
    }
    return set(key, object)
  }

  mutating func remove(_ object: JSONValue) -> [StoreChange] {
    let key = ObjectKey(object)
    // A successor of the same name, noted by its own event, survives the late news of its predecessor's end.
    guard let old = objects[key], old.uid == object.uid || old.uid.isEmpty || object.uid.isEmpty else {
      return []
    }
    return set(key, nil)
  }

  /// Takes in an object that was just made, unless there is one of its name, or the news are past it already: then it is
  /// known, or gone again.
  mutating func insert(_ object: JSONValue) -> [StoreChange] {
    let key = ObjectKey(object)
    guard objects[key] == nil, let version = UInt64(object.resourceVersion), version > reachedVersion else {
      return []
    }
    return set(key, object)
  }

  mutating func reach(_ version: String?) {
    guard let version = version.flatMap(UInt64.init) else { return }
    reachedVersion = max(reachedVersion, version)
  }

  mutating func refresh(_ object: JSONValue) -> [StoreChange] {
    let key = ObjectKey(object)
    guard let old = objects[key], old.uid == object.uid, Self.isNewer(object, than: old) else { return [] }
    return set(key, object)
  }

  private mutating func set(_ key: ObjectKey, _ new: JSONValue?) -> [StoreChange] {
    let old = objects[key]
    if let old, let new, !old.resourceVersion.isEmpty, old.resourceVersion == new.resourceVersion {
      return []
    }
    if old == new { return [] }
    objects[key] = new
    index(key, new)
    return [StoreChange(key: key, old: old, new: new)]
  }

  private mutating func index(_ key: ObjectKey, _ object: JSONValue?) {
    guard !rules.isEmpty else { return }
    let before = values[key] ?? [:]
    let after = object.map { object in rules.mapValues { $0(object) }.filter { !$0.value.isEmpty } } ?? [:]
    guard before != after else { return }
    values[key] = after.isEmpty ? nil : after
    for (name, values) in before {
      for value in values {
        indexes[name]?[value]?.remove(key)
        if indexes[name]?[value]?.isEmpty == true { indexes[name]?[value] = nil }
      }
    }
    for (name, values) in after {
      for value in values { indexes[name, default: [:]][value, default: []].insert(key) }
    }
  }

  /// Resource versions of one kind grow as numbers, which Kubernetes guarantees since 1.35 and has always done; others
  /// compare as not newer.
  private static func isNewer(_ left: JSONValue, than right: JSONValue) -> Bool {
    guard let left = UInt64(left.resourceVersion), let right = UInt64(right.resourceVersion) else {
      return false
    }
    return left > right
  }
}
