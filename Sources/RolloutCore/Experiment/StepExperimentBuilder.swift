import AnalysisCore
import KubeModel
import Primitives

extension Situation {
  /// The Experiment of a step (reference, section 5.2): its pods are those of the canary or of stable, as their
  /// ReplicaSets have them. Needs both ReplicaSets.
  func makeExperiment(
    _ step: JSONValue,
    name: String,
    _ status: RolloutStatus
  ) -> Result<JSONValue, CompositionError> {
    var labels = rollout.labels
    labels[RolloutNames.podTemplateHash] = revisions.newHash
    var spec: JSONValue = [:]
    spec["progressDeadlineSeconds"] = rollout.spec["progressDeadlineSeconds"]
    for field in ["duration", "dryRun", "analysisRunMetadata", "scaleDownDelaySeconds"] {
      spec[field] = step[field]
    }
    do throws(CompositionError) {
      var templates: [JSONValue] = []
      for template in step["templates"]?.array ?? [] { templates.append(try makeTemplate(template)) }
      spec["templates"] = .array(templates)
      var analyses: [JSONValue] = []
      for analysis in step["analyses"]?.array ?? [] { analyses.append(try makeAnalysis(analysis, status)) }
      if !analyses.isEmpty { spec["analyses"] = .array(analyses) }
    } catch {
      return .failure(error)
    }
    var annotations: JSONValue = [RolloutNames.revision: .string(String(nextRevision))]
    if comparisons > 1 { annotations[ReleaseComparisons.annotation] = .string(String(comparisons)) }
    return .success([
      "apiVersion": .string(ResourceType.experiments.apiVersion),
      "kind": .string(ResourceType.experiments.kind),
      "metadata": [
        "name": .string(name), "namespace": .string(rollout.namespace), "labels": JSONValue(labels),
        "annotations": annotations,
        "ownerReferences": [owner],
      ],
      "spec": spec,
    ])
  }

  private func makeTemplate(_ step: JSONValue) throws(CompositionError) -> JSONValue {
    let name = step["name"]?.string ?? ""
    let reference = step["specRef"]?.string ?? ""
    guard ["canary", "stable"].contains(reference) else {
      throw CompositionError("specRef of template \(name) must be canary or stable, not \"\(reference)\"")
    }
    guard let set = reference == "stable" ? revisions.stable : revisions.new else {
      throw CompositionError("the ReplicaSet of template \(name) is not there")
    }
    var template: JSONValue = [
      "name": .string(name), "template": set.object.spec["template"] ?? [:],
      "selector": step["selector"] ?? set.object.spec["selector"] ?? [:],
    ]
    template["replicas"] = step["replicas"]
    template["minReadySeconds"] = set.object.spec["minReadySeconds"]
    for (key, value) in step.at("metadata", "labels")?.object ?? [:] {
      template.set(value, at: "template", "metadata", "labels", key)
      template.set(value, at: "selector", "matchLabels", key)
    }
    for (key, value) in step.at("metadata", "annotations")?.object ?? [:] {
      template.set(value, at: "template", "metadata", "annotations", key)
    }
    // What gets a share of the requests needs a Service to send them to.
    if step["weight"]?.int != nil || step["service"]?.object != nil {
      template["service"] = step["service"]?.object == nil ? [:] : step["service"]
    }
    return template
  }

  private func makeAnalysis(_ step: JSONValue, _ status: RolloutStatus) throws(CompositionError) -> JSONValue
  {
    var analysis: JSONValue = [:]
    for field in ["name", "templateName", "clusterScope", "requiredForCompletion"] {
      analysis[field] = step[field]
    }
    do throws(ArgumentError) {
      let arguments = try RolloutArguments.resolve(
        step["args"]?.array ?? [],
        latestHash: revisions.newHash,
        stableHash: status.stableHash.isEmpty ? nil : status.stableHash,
        field: { (path) throws(ArgumentError) in try RolloutField.text(at: path, in: rollout) }
      )
      if !arguments.isEmpty { analysis["args"] = .array(arguments.map(\.json)) }
    } catch {
      throw CompositionError("analysis \(step["name"]?.string ?? ""): \(error)")
    }
    return analysis
  }
}
