import AnalysisCore
import KubeModel
import Primitives

/// An AnalysisRun that a person makes from a template (reference, section 8.1).
struct AnalysisRunRequest {
  var arguments: [AnalysisArgument] = []
  var name: String?
  var generateName: String?
  var instanceID: String?

  /// The run of the first template; the others are there to be named by it.
  ///
  /// Unlike Argo Rollouts' plugin this follows templates that name others, and refuses an argument that none of them
  /// declares: it would be without effect.
  func run(of templates: [JSONValue], namespace: String) throws(CommandFailure) -> JSONValue {
    guard let first = templates.first else { throw CommandFailure(.usage, "there is no template") }
    let reference = TemplateReference(name: first.name, isClusterScoped: Self.isClusterScoped(first))
    let spec = try compose(reference, templates)
    let declared = (spec["args"]?.array ?? []).compactMap { $0["name"]?.string }
    if let unknown = arguments.first(where: { !declared.contains($0.name) }) {
      throw CommandFailure(
        .usage,
        "\(reference) declares no argument \"\(unknown.name)\"",
        hint: declared.isEmpty ? "it has none" : "it has \(declared.joined(separator: ", "))"
      )
    }
    var metadata: JSONValue = ["namespace": .string(namespace)]
    if let name {
      metadata["name"] = .string(name)
    } else {
      metadata["generateName"] = .string(generateName ?? first.name + "-")
    }
    if let instanceID { metadata["labels"] = [Self.instanceLabel: .string(instanceID)] }
    return [
      "apiVersion": .string(ResourceType.analysisRuns.apiVersion),
      "kind": .string(ResourceType.analysisRuns.kind), "metadata": metadata, "spec": spec,
    ]
  }

  static func isTemplate(_ object: JSONValue) -> Bool {
    let types = [ResourceType.analysisTemplates, .clusterAnalysisTemplates]
    return types.contains { $0.apiVersion == object.apiVersion && $0.kind == object.kind }
  }

  private static let instanceLabel = "argo-rollouts.argoproj.io/controller-instance-id"

  private static func isClusterScoped(_ template: JSONValue) -> Bool {
    template.kind == ResourceType.clusterAnalysisTemplates.kind
  }

  private func compose(_ reference: TemplateReference, _ templates: [JSONValue]) throws(CommandFailure)
    -> JSONValue
  {
    let choice: JSONValue = [
      "templateName": .string(reference.name), "clusterScope": .bool(reference.isClusterScoped),
    ]
    do throws(CompositionError) {
      return try TemplateComposition.compose(["templates": [choice]], arguments: arguments) { wanted in
        templates.first { $0.name == wanted.name && Self.isClusterScoped($0) == wanted.isClusterScoped }
      }
    } catch {
      let hint = error.missing != nil ? "" : "give arguments with -a NAME=VALUE"
      throw CommandFailure(.failed, "creating a run of \(reference): \(error)", hint: hint)
    }
  }
}

extension AnalysisArgument {
  /// Reads `NAME=VALUE`; nil without a name.
  init?(pair: String) {
    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty else { return nil }
    self.init(name: parts[0], value: parts[1])
  }
}
