package import KubeModel

/// How a controller runs.
package struct ControllerOptions: Sendable {
  /// The only namespace to look at; nil looks at all.
  package var namespace: String?
  /// Which objects are this controller's, by the label `controller-instance-id`; empty for those without the label.
  package var instanceID: String
  /// The Lease to hold; nil runs without an election, which is right for a single process only.
  package var lease: ObjectKey?
  /// Who the lease says holds it; must be unique among the living.
  package var identity: String
  /// Where mirrors of Git repositories are kept; may be deleted whenever no controller runs.
  package var stateDirectory: String
  /// Rollouts, runs and sources that are handled at the same time, each.
  package var concurrency: Int
  /// How analyses are run.
  package var analysis: AnalysisOptions
  /// The tag of AWS target groups that says for which Service they are; nil when AWS is not asked whether load balancers
  /// have the weights.
  package var loadBalancerTag: String?
  /// What the metrics say about who runs.
  package var version: String
  /// Whether anybody will read the metrics.
  package var servesMetrics: Bool

  package init(
    namespace: String? = nil,
    instanceID: String = "",
    lease: ObjectKey? = nil,
    identity: String,
    stateDirectory: String,
    concurrency: Int = 10,
    analysis: AnalysisOptions = AnalysisOptions(),
    loadBalancerTag: String? = nil,
    version: String = "unknown",
    servesMetrics: Bool = false
  ) {
    self.namespace = namespace
    self.instanceID = instanceID
    self.lease = lease
    self.identity = identity
    self.stateDirectory = stateDirectory
    self.concurrency = concurrency
    self.analysis = analysis
    self.loadBalancerTag = loadBalancerTag
    self.version = version
    self.servesMetrics = servesMetrics
  }
}
