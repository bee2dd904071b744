package import KubeModel
package import Primitives

/// The GitSource that an object was applied from, as its annotation names it; nil when it came from none.
package func gitSourceKey(of object: JSONValue) -> ObjectKey? {
  let parts = (object.annotations[RolloutNames.source] ?? "").split(separator: "/").map(String.init)
  return parts.count == 2 ? ObjectKey(namespace: parts[0], name: parts[1]) : nil
}
