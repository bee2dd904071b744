import AnalysisCore
import KubeModel
import Primitives

struct CompositionProblem: Error, CustomStringConvertible { let description: String }

extension Situation {
  func composeAnalysis(_ analysis: JSONValue) -> Result<JSONValue, CompositionProblem> {
    for template in analysis["templates"]?.array ?? [] {
      let name = template["templateName"]?.string ?? ""
      if snapshot.analysisTemplates[name] == nil {
        return .failure(.init(description: "AnalysisTemplate \"\(name)\" not found"))
      }
    }
    return .success(["metrics": []])
  }

  func makeRun(_ kind: ReleaseRun, name: String, _ analysis: JSONValue) -> Result<
    JSONValue, CompositionProblem
  > {
    composeAnalysis(analysis).map { spec in
      [
        "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun",
        "metadata": [
          "name": .string(name),
          "labels": [
            "rollout-type": .string(kind.type), RolloutNames.podTemplateHash: .string(revisions.newHash),
          ],
        ], "spec": spec,
      ]
    }
  }
}
