/// Labels, annotations and reasons that other software depends on (reference, section 0).
package enum RolloutNames {
  /// The unique key of a revision: on ReplicaSets, pods, Service selectors and AnalysisRuns.
  package static let podTemplateHash = "rollouts-pod-template-hash"
  package static let revision = "rollout.argoproj.io/revision"
  package static let revisionHistory = "rollout.argoproj.io/revision-history"
  package static let desiredReplicas = "rollout.argoproj.io/desired-replicas"
  /// Labels and annotations that were put into a ReplicaSet's pod template for the time of a release.
  package static let ephemeralMetadata = "rollout.argoproj.io/ephemeral-metadata"
  /// The values of the template itself that those cover.
  package static let overriddenMetadata = "serin.dev/overridden-metadata"
  /// Metadata that pods made before the last change of their ReplicaSet's template do not follow yet.
  package static let podsBehind = "serin.dev/pods-behind"
  /// The generation of the workload that a Rollout takes its template from.
  package static let workloadGeneration = "rollout.argoproj.io/workload-generation"
  /// How many pods a Deployment had before a Rollout took over from it.
  package static let replicasBefore = "serin.dev/replicas-before"
  /// How the replica count of a Rollout swung during the release in flight: its hash and `fell` or `swings`.
  package static let replicaSwing = "serin.dev/replica-swing"
  /// When a ReplicaSet may go to zero; Argo Rollouts writes this key without a prefix.
  package static let scaleDownDeadline = "scale-down-deadline"
  package static let managedBy = "argo-rollouts.argoproj.io/managed-by-rollouts"
  /// On everything that an Experiment makes for a template: its own name and the template's.
  package static let experimentName = "experiment.argoproj.io/name"
  package static let experimentTemplate = "experiment.argoproj.io/template-name"
  /// Which controller an object is for, where several share a cluster.
  package static let instanceID = "argo-rollouts.argoproj.io/controller-instance-id"
  /// The commit at which a Rollout's manifest last changed; the Git sync writes it.
  package static let sourceCommit = "serin.dev/source-commit"
  /// The GitSource, as `namespace/name`, that an object came from.
  package static let source = "serin.dev/source"
  /// The file in the repository that a Rollout came from.
  package static let sourceFile = "serin.dev/source-file"
  /// A digest of the manifest as last applied; the Git sync writes it.
  package static let appliedDigest = "serin.dev/applied-digest"

  /// The Lease that the controller of an instance holds: Argo Rollouts' own, so that never both act.
  package static func lease(ofInstance instanceID: String) -> String {
    "argo-rollouts-controller-lock" + (instanceID.isEmpty ? "" : "-\(instanceID)")
  }

  /// Annotations of a Rollout that are never copied to its ReplicaSets.
  package static let notCopied: Set<String> = [
    "kubectl.kubernetes.io/last-applied-configuration", revision, revisionHistory, desiredReplicas,
    "notified.notifications.argoproj.io", workloadGeneration, source, sourceFile, appliedDigest,
    replicaSwing,
  ]
}
