import AnalysisCore
import KubeModel
import Primitives

/// How an Experiment's AnalysisRuns are named and made (reference, sections 4.3 and 5.1).
extension ExperimentSituation {
  func template(_ reference: TemplateReference) -> JSONValue? {
    snapshot.analysisTemplates[reference.key]
  }

  /// The `spec` of an analysis' run, with the values of this Experiment (reference, section 4.3).
  func composeRun(_ analysis: ExperimentSpec.Analysis) -> Result<JSONValue, CompositionError> {
    var source = spec.runRules
    source["templates"] = [
      ["templateName": .string(analysis.templateName), "clusterScope": .bool(analysis.isClusterScoped)]
    ]
    do throws(ArgumentError) {
      let arguments = try arguments(of: analysis)
      do throws(CompositionError) {
        return .success(try TemplateComposition.compose(source, arguments: arguments, lookup: template))
      } catch {
        return .failure(error)
      }
    } catch {
      return .failure(CompositionError("\(error)"))
    }
  }

  /// `{{templates.NAME.podTemplateHash}}` and its like replaced; what refers to a Secret or a field of the Experiment
  /// is followed, which Argo Rollouts drops.
  private func arguments(of analysis: ExperimentSpec.Analysis) throws(ArgumentError) -> [AnalysisArgument] {
    let substitution = ArgumentSubstitution(values: substitutes)
    var arguments = try RolloutArguments.resolve(
      analysis.arguments,
      latestHash: nil,
      stableHash: nil,
      field: { (path) throws(ArgumentError) in try RolloutField.text(at: path, in: experiment) }
    )
    for index in arguments.indices {
      guard let value = arguments[index].value else { continue }
      arguments[index].value = try substitution.apply(to: value)
    }
    return arguments
  }

  private var substitutes: [String: String] {
    var values: [String: String] = [:]
    if let start = recorded.availableAt {
      values["experiment.availableAt"] = start.rfc3339
      values["experiment.finishedAt"] = spec.duration.map { (start + $0).rfc3339 }
    }
    for template in spec.templates {
      guard let set = replicaSets[template.name] else { continue }
      values["templates.\(template.name).podTemplateHash"] = set.hash
      values["templates.\(template.name).replicaset.name"] = set.name
      values["templates.\(template.name).replicas"] = String(template.replicas)
    }
    return values
  }

  /// A run that an earlier plan made and did not get to write down.
  func reusable(_ analysis: ExperimentSpec.Analysis, _ spec: JSONValue) -> JSONValue? {
    let base = "\(experiment.name)-\(analysis.name)"
    let taken = Set(recorded.analyses.map(\.run))
    return ownRuns.first { run in
      let phase = run.status["phase"]?.string.flatMap(AnalysisPhase.init) ?? .pending
      return (run.name == base || run.name.hasPrefix(base + ".")) && !taken.contains(run.name)
        && !phase.isCompleted && run.spec["terminate"]?.bool != true && run.spec == spec
    }
  }

  /// `<experiment>-<analysis>`, then with `.1`, `.2` and so on: each try is a run of its own.
  func freeName(for analysis: ExperimentSpec.Analysis) -> String {
    let base = "\(experiment.name)-\(analysis.name)"
    let refused = snapshot.refusals.keys.compactMap { key in
      key.hasPrefix("AnalysisRun/") ? String(key.dropFirst("AnalysisRun/".count)) : nil
    }
    let taken = Set(snapshot.analysisRuns.map(\.name) + refused)
    let candidates = [base] + (1...max(1, taken.count)).map { "\(base).\($0)" }
    return candidates.first { !taken.contains($0) } ?? "\(base).\(taken.count + 1)"
  }

  func makeRun(named name: String, _ spec: JSONValue) -> JSONValue {
    let metadata = self.spec.analysisRunMetadata
    var labels = metadata["labels"]?.strings ?? [:]
    labels[RolloutNames.instanceID] = experiment.label(RolloutNames.instanceID)
    var run: JSONValue = [
      "apiVersion": .string(ResourceType.analysisRuns.apiVersion),
      "kind": .string(ResourceType.analysisRuns.kind),
      "metadata": [
        "name": .string(name), "namespace": .string(experiment.namespace),
        "ownerReferences": [controllerReference(to: experiment)],
      ],
      "spec": spec,
    ]
    if !labels.isEmpty { run.set(JSONValue(labels), at: "metadata", "labels") }
    if let annotations = metadata["annotations"] { run.set(annotations, at: "metadata", "annotations") }
    let release = experiment.annotation(ReleaseComparisons.annotation).flatMap(Int.init) ?? 0
    ReleaseComparisons.annotate(&run, release: max(release, comparisons))
    return run
  }

  /// How many comparisons the Experiment has in all its analyses.
  private var comparisons: Int {
    spec.analyses.reduce(0) { sum, analysis in
      let reference = TemplateReference(
        name: analysis.templateName,
        isClusterScoped: analysis.isClusterScoped
      )
      return sum + ReleaseComparisons.count([reference], lookup: template)
    }
  }
}
