package import Primitives

/// Reading and writing YAML as Kubernetes does.
package enum YAML {
  /// The longest text that is read, in bytes.
  package static let sizeLimit = 64 << 20

  /// Parses every document of a text, empty ones included.
  ///
  /// Fails on text that is not YAML, on what JSON cannot say (infinities, NaN, null or collections as keys), on an alias
  /// without an anchor, on nesting deeper than 200, and on aliases that bring in more than 100,000 values.
  package static func parse(_ bytes: [UInt8]) throws(YAMLError) -> [YAMLDocument] {
    let source = SourceText(bytes)
    guard bytes.count <= sizeLimit else {
      throw YAMLError(
        message: "longer than \(sizeLimit >> 20) MiB",
        at: YAMLMark(line: 1, column: 1, offset: 0)
      )
    }
    let roots = try bytes.withUnsafeBufferPointer { buffer throws(YAMLError) in
      // The reader lives inside this closure only, so the buffer outlives it.
      let reader = try EventReader(UnsafeBufferPointer(rebasing: buffer[source.base...]), of: source)
      var composer = Composer(source, reader: reader)
      return try composer.roots()
    }
    var documents: [YAMLDocument] = []
    for root in roots {
      var resolver = Resolver()
      let json = try resolver.document(root)
      documents.append(YAMLDocument(root: root, json: json, duplicateKeys: resolver.duplicates))
    }
    return documents
  }
}

/// A key that a mapping has more than once; the last one counts, as in Kubernetes.
package struct YAMLDuplicateKey: Sendable, Hashable {
  /// The key as JSON has it.
  package let key: String
  /// Where the repeated key stands.
  package let mark: YAMLMark
}

/// One document of a YAML text.
package struct YAMLDocument: Sendable {
  /// The document as it is written.
  package let root: YAMLNode
  /// The document as Kubernetes reads it; null when it is empty.
  package let json: JSONValue
  /// Keys given again within one mapping, in the order of the text.
  package let duplicateKeys: [YAMLDuplicateKey]

  /// Where the key or list item at the path stands; nil when the text has no such place, as for merged keys.
  package func position(of path: [YAMLPathElement]) -> YAMLMark? { find(path)?.mark }

  /// Where the path stands, or the longest beginning of it that the text has.
  package func nearestPosition(of path: [YAMLPathElement]) -> YAMLMark {
    var path = path
    while true {
      if let mark = position(of: path) { return mark }
      path.removeLast()
    }
  }

  /// Whether a merge key stands in the mapping at the path.
  func hasMergeKey(at path: some Collection<YAMLPathElement>) -> Bool {
    find(path)?.node.entries?.contains(where: \.isMerge) ?? false
  }

  private func find(_ path: some Collection<YAMLPathElement>) -> (node: YAMLNode, mark: YAMLMark)? {
    var node = root
    var mark = root.start
    for element in path {
      switch element {
      case .key(let name):
        guard let entry = node.entries?.last(where: { $0.name == name }) else { return nil }
        node = entry.value
        mark = entry.key.start
      case .index(let index):
        guard let items = node.items, items.indices.contains(index) else { return nil }
        node = items[index]
        mark = node.start
      }
    }
    return (node, mark)
  }
}
