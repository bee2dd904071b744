import Primitives

/// Names one object in a text of several documents.
package struct DocumentSelector: Sendable, Hashable {
  /// The group and version, as `argoproj.io/v1alpha1`.
  package var apiVersion: String
  /// The kind, as `Rollout`.
  package var kind: String
  /// The namespace that the document must state; nil takes a document whether it states one or not.
  package var namespace: String?
  /// The name in the metadata.
  package var name: String

  /// Names an object by what its document must state.
  package init(apiVersion: String, kind: String, namespace: String? = nil, name: String) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  /// Whether the object is the one named.
  func matches(_ object: JSONValue) -> Bool {
    guard object["apiVersion"]?.string == apiVersion, object["kind"]?.string == kind,
      object.at("metadata", "name")?.string == name
    else { return false }
    return namespace == nil || object.at("metadata", "namespace")?.string == namespace
  }

  /// The one document that matches; none, several, or an item of a List is an error.
  func index(in documents: [YAMLDocument]) throws(YAMLEditError) -> Int {
    let matches = documents.indices.filter { self.matches(documents[$0].json) }
    if let index = matches.first, matches.count == 1 { return index }
    if matches.count > 1 {
      throw YAMLEditError(
        .documentAmbiguous,
        "\(matches.count) documents are \(self), at lines \(lines(of: matches.map { documents[$0] }))",
        line: documents[matches[1]].root.start.line
      )
    }
    for document in documents
    where document.json["items"]?.array?.contains(where: self.matches) == true {
      throw YAMLEditError(
        .insideList,
        "\(self) is an item of a \(document.json["kind"]?.string ?? "list"); give it a document of its own",
        line: document.root.start.line
      )
    }
    throw YAMLEditError(.documentNotFound, "no document is \(self)", line: nil)
  }

  private func lines(of documents: [YAMLDocument]) -> String {
    documents.map { String($0.root.start.line) }.joined(separator: " and ")
  }
}

extension DocumentSelector: CustomStringConvertible {
  /// The object as messages name it: `apps/v1 Deployment shop/web`.
  package var description: String {
    "\(apiVersion) \(kind) \(namespace.map { $0 + "/" } ?? "")\(name)".onOneLine
  }
}
