package import Primitives

/// Which template an analysis uses.
package struct TemplateReference: Sendable, Hashable, CustomStringConvertible {
  package let name: String
  /// Whether it is a ClusterAnalysisTemplate instead of one of the namespace.
  package let isClusterScoped: Bool

  package init(name: String, isClusterScoped: Bool = false) {
    self.name = name
    self.isClusterScoped = isClusterScoped
  }

  /// Reads `{templateName, clusterScope}`; nil without a name.
  package init?(_ json: JSONValue) {
    guard let name = json["templateName"]?.string, !name.isEmpty else { return nil }
    self.init(name: name, isClusterScoped: json["clusterScope"]?.bool ?? false)
  }

  /// The name under which a snapshot has the template: cluster-wide ones as `cluster/NAME`.
  package var key: String { isClusterScoped ? "cluster/\(name)" : name }

  package var description: String { "\(kind) \"\(name)\"" }

  /// As Argo Rollouts' messages name it.
  var quoted: String { "\(kind) '\(name)'" }

  private var kind: String { isClusterScoped ? "ClusterAnalysisTemplate" : "AnalysisTemplate" }

  /// The templates that an analysis, or a template, names in its `templates`.
  package static func list(_ json: JSONValue?) -> [TemplateReference] {
    (json?.array ?? []).compactMap(TemplateReference.init)
  }
}

/// Why templates and arguments make no run; one line.
package struct CompositionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The template that is not there, when that is the cause; it may come.
  package let missing: TemplateReference?
  package let description: String

  package init(_ description: String, missing: TemplateReference? = nil) {
    self.description = description
    self.missing = missing
  }
}
