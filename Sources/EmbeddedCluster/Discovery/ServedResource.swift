import KubeModel
import Primitives

/// A kind of one version as the API serves it, built in or declared by a CRD.
struct ServedResource: Sendable {
  let type: ResourceType
  let listKind: String
  let singular: String
  var shortNames: [String] = []
  var categories: [String] = []
  var hasStatus = false
  var hasGeneration = true
  var scale: ScalePaths?
  /// Further subresources: `log`, `eviction`, `finalize`.
  var subresources: [String] = []
  var verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]
  /// Nil when nothing is known about the fields.
  var schema: Schema?
  var isCustom = false
  var printerColumns: [PrinterColumn] = []
  /// Fields of custom resources that a field selector may name.
  var selectableFields: [String] = []
  var deprecationWarning: String?

  init(_ type: ResourceType, listKind: String? = nil, singular: String? = nil) {
    self.type = type
    self.listKind = listKind ?? type.kind + "List"
    self.singular = singular ?? type.kind.lowercased()
  }

  /// Where the scale subresource finds its numbers.
  struct ScalePaths: Sendable, Equatable {
    var specReplicas = ["spec", "replicas"]
    var statusReplicas = ["status", "replicas"]
    /// Where the status holds the selector as text; nil when `spec.selector` is a label selector.
    var selector: [String]?
  }
}

/// A column that `kubectl get` shows of a custom resource.
struct PrinterColumn: Sendable, Equatable {
  let name: String
  let type: String
  var format = ""
  var description = ""
  var priority = 0
  let path: String
}
