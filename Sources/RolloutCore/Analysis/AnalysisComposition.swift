import AnalysisCore
import KubeModel
import Primitives

extension Situation {
  /// The spec of a run for one of the rollout's analyses, from the templates in the snapshot; why not, when they are
  /// missing or do not fit together.
  func composeAnalysis(_ analysis: JSONValue, stableHash: String) -> Result<JSONValue, CompositionError> {
    composeAnalysis(analysis, stableHash: stableHash) { (path) throws(ArgumentError) in
      try RolloutField.text(at: path, in: rollout)
    }
  }

  /// The same with other texts for the fields of the Rollout that arguments ask for.
  func composeAnalysis(
    _ analysis: JSONValue,
    stableHash: String,
    field: (String) throws(ArgumentError) -> String
  ) -> Result<JSONValue, CompositionError> {
    do throws(ArgumentError) {
      let arguments = try RolloutArguments.resolve(
        analysis["args"]?.array ?? [],
        latestHash: revisions.newHash,
        stableHash: stableHash.isEmpty ? nil : stableHash,
        field: field
      )
      return compose(analysis, arguments)
    } catch {
      return .failure(CompositionError("\(error)"))
    }
  }

  private func compose(_ analysis: JSONValue, _ arguments: [AnalysisArgument]) -> Result<
    JSONValue, CompositionError
  > {
    do throws(CompositionError) {
      let spec = try TemplateComposition.compose(analysis, arguments: arguments) { reference in
        snapshot.analysisTemplates[reference.key]
      }
      return .success(spec)
    } catch {
      return .failure(error)
    }
  }

  /// The run of that kind under the given name.
  func makeRun(
    _ kind: AnalysisRunKind,
    name: String,
    _ analysis: JSONValue,
    stableHash: String
  ) -> Result<JSONValue, CompositionError> {
    composeAnalysis(analysis, stableHash: stableHash).map { spec in
      var run = makeAnalysisRun(
        kind,
        of: rollout,
        analysis: analysis,
        spec: spec,
        podHash: revisions.newHash,
        revision: nextRevision
      )
      run.set(.string(name), at: "metadata", "name")
      ReleaseComparisons.annotate(&run, release: comparisons)
      return run
    }
  }

  /// How many comparisons a release of the rollout has in all its analyses and experiments, which share its risk of a
  /// false alarm.
  var comparisons: Int {
    var analyses = spec.namedAnalyses.map { TemplateReference.list($0.analysis["templates"]) }
    for step in spec.canary?.steps ?? [] {
      analyses.append(TemplateReference.list(step.experiment?["analyses"]))
    }
    return analyses.reduce(0) { sum, references in
      sum + ReleaseComparisons.count(references) { snapshot.analysisTemplates[$0.key] }
    }
  }
}
