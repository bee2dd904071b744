import KubeModel
package import Primitives

/// What a run is for.
package enum AnalysisRunKind: Sendable, Hashable {
  case step(Int)
  case background
  case prePromotion
  case postPromotion

  /// The value of the label `rollout-type`.
  package var label: String {
    switch self {
    case .step: "Step"
    case .background: "Background"
    case .prePromotion: "PrePromotion"
    case .postPromotion: "PostPromotion"
    }
  }

  /// What the run's name ends with.
  private var suffix: String {
    switch self {
    case .step(let index): "-\(index)"
    case .background: ""
    case .prePromotion: "-pre"
    case .postPromotion: "-post"
    }
  }

  /// The name of the first run of this kind for a revision; the same inputs always give the same name.
  package func name(rollout: String, podHash: String, revision: Int) -> String {
    "\(rollout)-\(podHash)-\(revision)\(suffix)"
  }
}

/// The name with the next number: `web-7f9-2.1` after `web-7f9-2`, `web-7f9-2.2` after that (reference, section 4.1).
package func nextAnalysisRunName(after name: String) -> String {
  let parts = name.split(separator: ".", omittingEmptySubsequences: false)
  guard parts.count > 1, let number = parts.last.flatMap({ Int($0) }), number < .max else {
    return name + ".1"
  }
  return parts.dropLast().joined(separator: ".") + ".\(number + 1)"
}

/// The AnalysisRun of a Rollout: named, labelled and owned as Argo Rollouts has it, with a composed `spec`.
///
/// `analysis` is the step's or strategy's analysis, for its `analysisRunMetadata`.
package func makeAnalysisRun(
  _ kind: AnalysisRunKind,
  of rollout: JSONValue,
  analysis: JSONValue,
  spec: JSONValue,
  podHash: String,
  revision: Int
) -> JSONValue {
  var labels = ["rollouts-pod-template-hash": podHash, "rollout-type": kind.label]
  if case .step(let index) = kind { labels["step-index"] = String(index) }
  let instance = "argo-rollouts.argoproj.io/controller-instance-id"
  labels[instance] = rollout.labels[instance]
  labels.merge(analysis.at("analysisRunMetadata", "labels")?.strings ?? [:]) { $1 }
  labels.merge(rollout.spec.at("selector", "matchLabels")?.strings ?? [:]) { $1 }
  var annotations = ["rollout.argoproj.io/revision": String(revision)]
  annotations.merge(analysis.at("analysisRunMetadata", "annotations")?.strings ?? [:]) { $1 }
  return [
    "apiVersion": .string(ResourceType.analysisRuns.apiVersion),
    "kind": .string(ResourceType.analysisRuns.kind),
    "metadata": [
      "name": .string(kind.name(rollout: rollout.name, podHash: podHash, revision: revision)),
      "namespace": .string(rollout.namespace),
      "labels": JSONValue(labels),
      "annotations": JSONValue(annotations),
      "ownerReferences": [controllerReference(to: rollout)],
    ],
    "spec": spec,
  ]
}
