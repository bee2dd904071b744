import KubeModel
package import Primitives

/// One Kubernetes object as Git has it.
package struct Manifest: Sendable, Hashable {
  package let object: JSONValue
  /// The file in the repository.
  package let file: String
  /// The place of the document in its file, from 0.
  package let documentIndex: Int
  /// The line the document begins on, from 1.
  package let line: Int

  package init(object: JSONValue, file: String, documentIndex: Int, line: Int) {
    self.object = object
    self.file = file
    self.documentIndex = documentIndex
    self.line = line
  }
}

/// Why a file cannot be taken as a manifest, and where.
package struct ManifestIssue: Sendable, Hashable, CustomStringConvertible {
  package let file: String
  /// From 1; nil when the whole file is meant.
  package let line: Int?
  /// From 1; nil when unknown.
  package let column: Int?
  package let reason: String

  package init(file: String, line: Int? = nil, column: Int? = nil, reason: String) {
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// `envs/production/web.yaml:12:3: the reason`.
  package var description: String {
    let place = [line, line == nil ? nil : column].compactMap { $0.map { ":\($0)" } }.joined()
    return "\(file)\(place): \(reason)"
  }
}

/// A file of the repository after parsing, as the edge hands it over.
package struct SourceFile: Sendable {
  /// One document of a file.
  package struct Document: Sendable {
    package let json: JSONValue
    /// The line the document begins on, from 1.
    package let line: Int

    package init(json: JSONValue, line: Int) {
      self.json = json
      self.line = line
    }
  }

  package let path: String
  package let documents: [Document]
  /// What the parser said, when it could not read the file.
  package let failure: ManifestIssue?

  package init(path: String, documents: [Document]) {
    self.path = path
    self.documents = documents
    failure = nil
  }

  package init(failure: ManifestIssue) {
    path = failure.file
    documents = []
    self.failure = failure
  }

  /// Whether a file under the followed path is read at all: YAML and JSON that is neither hidden nor Serin's own lock.
  package static func isManifestPath(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    guard let name = parts.last, name != SerinLock.fileName, !parts.contains(where: { $0.hasPrefix(".") })
    else { return false }
    return [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
  }
}

/// All objects under a GitSource's path at one commit, with everything that is wrong with them.
package struct ManifestSet: Sendable, Hashable {
  package private(set) var manifests: [Manifest] = []
  /// A set with issues must not be applied: the last good state keeps running.
  package private(set) var issues: [ManifestIssue] = []

  /// Collects the objects of the files in the order of their paths; lists are opened, empty documents skipped.
  package init(files: [SourceFile], defaultNamespace: String) {
    var firstPlaces: [ObjectID: Manifest] = [:]
    for file in files.sorted(by: { $0.path < $1.path }) where SourceFile.isManifestPath(file.path) {
      if let issue = file.failure ?? Self.unsupported(file.path) {
        issues.append(issue)
        continue
      }
      for (index, document) in file.documents.enumerated() where !document.json.isNull {
        for object in Self.opened(document.json) {
          let manifest = Manifest(
            object: object,
            file: file.path,
            documentIndex: index,
            line: document.line
          )
          add(manifest, defaultNamespace: defaultNamespace, firstPlaces: &firstPlaces)
        }
      }
    }
  }

  private mutating func add(
    _ manifest: Manifest,
    defaultNamespace: String,
    firstPlaces: inout [ObjectID: Manifest]
  ) {
    if let reason = Self.problem(with: manifest.object) {
      issues.append(ManifestIssue(file: manifest.file, line: manifest.line, reason: reason))
      return
    }
    let written = ObjectID(manifest.object)
    let id = ObjectID(
      group: written.group,
      kind: written.kind,
      namespace: written.namespace.isEmpty ? defaultNamespace : written.namespace,
      name: written.name
    )
    if let first = firstPlaces[id] {
      let reason = "\(written) is already defined at \(first.file):\(first.line)"
      issues.append(ManifestIssue(file: manifest.file, line: manifest.line, reason: reason))
      return
    }
    firstPlaces[id] = manifest
    manifests.append(manifest)
  }

  private static func opened(_ document: JSONValue) -> [JSONValue] {
    guard document.kind.hasSuffix("List"), let items = document["items"]?.array else { return [document] }
    return items
  }

  private static func unsupported(_ path: String) -> ManifestIssue? {
    switch path.split(separator: "/").last {
    case "kustomization.yaml", "kustomization.yml":
      ManifestIssue(file: path, reason: "Kustomize is not supported yet; commit the rendered manifests")
    case "Chart.yaml":
      ManifestIssue(file: path, reason: "Helm charts are not supported yet; commit the rendered manifests")
    default: nil
    }
  }

  private static func problem(with object: JSONValue) -> String? {
    guard object.object != nil else { return "a manifest must be a mapping" }
    if object["sops"] != nil { return "files encrypted with SOPS are not supported yet" }
    let missing = ["apiVersion", "kind"].filter { object[$0]?.string?.isEmpty ?? true }
    guard missing.isEmpty else {
      return "no Kubernetes object: \(missing.joined(separator: " and ")) missing"
    }
    guard !object.name.isEmpty else { return "\(object.kind) without metadata.name" }
    return nil
  }
}
