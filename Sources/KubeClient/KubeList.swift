import KubeModel
package import Primitives

/// All objects of a list, and the resource version at which they stood: where a watch goes on.
package struct KubeList: Sendable, Hashable {
  package var items: [JSONValue]
  package var resourceVersion: String

  package init(items: [JSONValue], resourceVersion: String) {
    self.items = items
    self.resourceVersion = resourceVersion
  }
}

/// One page of a list.
package struct KubePage: Sendable, Hashable {
  package let items: [JSONValue]
  package let resourceVersion: String
  /// Asks for the next page; empty on the last one.
  package let continueToken: String

  package init(items: [JSONValue], resourceVersion: String, continueToken: String = "") {
    self.items = items
    self.resourceVersion = resourceVersion
    self.continueToken = continueToken
  }

  /// Reads a `…List` body; nil when it has no list of items. Items get the apiVersion and kind that the server leaves
  /// out, from the list's own.
  package init?(_ body: JSONValue) {
    guard let items = body["items"]?.array ?? (body["items"] == .null ? [] : nil) else { return nil }
    let kind = body.kind.hasSuffix("List") ? String(body.kind.dropLast(4)) : ""
    let apiVersion = body.apiVersion
    self.init(
      items: items.map { item in
        guard item["kind"] == nil, !kind.isEmpty else { return item }
        var item = item
        item["apiVersion"] = .string(apiVersion)
        item["kind"] = .string(kind)
        return item
      },
      resourceVersion: body.resourceVersion,
      continueToken: body.at("metadata", "continue")?.string ?? ""
    )
  }
}
