import Primitives

/// Turns a tree of nodes into the JSON that Kubernetes would read: aliases followed, merge keys merged.
///
/// A key given twice keeps the last value, and a merge key acts at its place among the keys (what comes later wins),
/// both as sigs.k8s.io/yaml does.
struct Resolver {
  /// How many nodes aliases may bring in for one document, against texts that grow exponentially.
  static let aliasLimit = 100_000

  private struct Resolved {
    let value: JSONValue
    /// Nodes in it, each alias counted in full.
    let size: Int
  }

  private var anchors: [String: Resolved?] = [:]
  private var expanded = 0
  private(set) var duplicates: [YAMLDuplicateKey] = []

  /// The value of a document's root.
  mutating func document(_ root: YAMLNode) throws(YAMLError) -> JSONValue {
    try resolve(root).value
  }

  private mutating func resolve(_ node: YAMLNode) throws(YAMLError) -> Resolved {
    if let anchor = node.anchor { anchors[anchor] = .some(nil) }
    let resolved: Resolved
    switch node.content {
    case .alias(let name): return try alias(name, at: node.start)
    case .scalar(let text, let style):
      let value = try Schema.value(text, style: style, tag: node.tag, at: node.start)
      resolved = Resolved(value: value, size: 1)
    case .sequence(let items, _):
      var elements: [JSONValue] = []
      elements.reserveCapacity(items.count)
      var size = 1
      for item in items {
        let element = try resolve(item)
        elements.append(element.value)
        size += element.size
      }
      resolved = Resolved(value: .array(elements), size: size)
    case .mapping(let entries, _): resolved = try mapping(entries)
    }
    if let anchor = node.anchor { anchors[anchor] = .some(resolved) }
    return resolved
  }

  private mutating func alias(_ name: String, at mark: YAMLMark) throws(YAMLError) -> Resolved {
    guard let known = anchors[name] else {
      throw YAMLError(message: "the alias *\(name) has no anchor before it", at: mark)
    }
    guard let resolved = known else {
      throw YAMLError(message: "the anchor &\(name) contains itself", at: mark)
    }
    expanded += resolved.size
    guard expanded <= Self.aliasLimit else {
      throw YAMLError(message: "aliases bring in more than \(Self.aliasLimit) values", at: mark)
    }
    return resolved
  }

  private mutating func mapping(_ entries: [YAMLEntry]) throws(YAMLError) -> Resolved {
    var fields: [String: JSONValue] = [:]
    fields.reserveCapacity(entries.count)
    // The names given so far; kept only once a key is there already, which takes a duplicate or a merge.
    var own: Set<String>?
    var size = 1
    for (index, entry) in entries.enumerated() {
      if let anchor = entry.key.anchor {
        anchors[anchor] = try Self.value(ofKey: entry.key).map { Resolved(value: $0, size: 1) }
      }
      let value = try resolve(entry.value)
      size += 1 + value.size
      guard let name = entry.name else {
        try merge(value.value, of: entry, into: &fields)
        continue
      }
      if fields.updateValue(value.value, forKey: name) != nil, own == nil {
        own = Set(entries[..<index].compactMap(\.name))
      }
      if own?.insert(name).inserted == false {
        duplicates.append(YAMLDuplicateKey(key: name, mark: entry.key.start))
      }
    }
    return Resolved(value: .object(JSONFields(fields)), size: size)
  }

  private static func value(ofKey key: YAMLNode) throws(YAMLError) -> JSONValue? {
    guard case .scalar(let text, let style) = key.content else { return nil }
    return try Schema.value(text, style: style, tag: key.tag, at: key.start)
  }

  private func merge(
    _ value: JSONValue,
    of entry: YAMLEntry,
    into fields: inout [String: JSONValue]
  ) throws(YAMLError) {
    // Earlier mappings of a list win over later ones.
    for source in value.array?.reversed() ?? [value] {
      guard let merged = source.object else {
        throw YAMLError(message: "a merge key needs a mapping or a list of mappings", at: entry.value.start)
      }
      for (name, value) in merged { fields[name] = value }
    }
  }
}
