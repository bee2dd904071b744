import GitOpsCore
import KubeModel
import Primitives
import YAMLEdit

/// All objects of the linted files, found by what they are.
struct LintedSet {
  /// Objects without a namespace are in that of the only GitSource of the set, as the Git sync puts them.
  private let defaultNamespace: String
  private var objects: [ObjectID: [LintedObject]] = [:]
  /// Objects that are defined a second time.
  private(set) var duplicates: [LintIssue] = []

  init(_ items: [LintedObject]) {
    let sources = Set(items.filter { $0.object.kind == "GitSource" }.map(\.object.namespace))
    defaultNamespace = sources.count == 1 ? sources.first ?? "" : ""
    for item in items {
      let id = normalized(ObjectID(item.object))
      if let first = Self.nearest(to: item, of: objects[id] ?? []) {
        duplicates.append(Self.duplicate(item, of: first))
      }
      objects[id, default: []].append(item)
    }
  }

  /// The object of a type and name in the namespace (of cluster scope when that is nil) that stands nearest to another
  /// one in the tree of folders; nil when no file has it.
  func find(
    group: String,
    kind: String,
    namespace: String?,
    name: String,
    for item: LintedObject
  ) -> JSONValue? {
    let id = normalized(ObjectID(group: group, kind: kind, namespace: namespace ?? "", name: name))
    return Self.nearest(to: item, of: objects[id] ?? [])?.object
  }

  /// The one that shares the most folders with the item: repositories often hold one folder for each cluster, and the
  /// same objects in each.
  private static func nearest(to item: LintedObject, of others: [LintedObject]) -> LintedObject? {
    func shared(_ other: LintedObject) -> Int {
      zip(item.folder, other.folder).prefix { $0 == $1 }.count
    }
    return others.reduce(nil as LintedObject?) { best, other in
      guard let best, shared(best) >= shared(other) else { return other }
      return best
    }
  }

  /// In one folder it is an error, for one GitSource reads both; in two it may be meant.
  private static func duplicate(_ item: LintedObject, of first: LintedObject) -> LintIssue {
    let place = "\(first.file):\(first.mark.line)"
    let id = ObjectID(item.object)
    guard item.folder != first.folder else {
      return item.issue(.error, "", "\(id) is already defined at \(place)")
    }
    return item.issue(.warning, "", "\(id) is defined at \(place) too; no GitSource can follow both")
  }

  private func normalized(_ id: ObjectID) -> ObjectID {
    guard id.namespace.isEmpty, id.kind != "ClusterAnalysisTemplate" else { return id }
    return ObjectID(group: id.group, kind: id.kind, namespace: defaultNamespace, name: id.name)
  }
}
