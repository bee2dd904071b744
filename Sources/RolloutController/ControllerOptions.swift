package import KubeModel

/// How a controller runs.
package struct ControllerOptions: Sendable {
  /// The only namespace to look at; nil looks at all.
  package var namespace: String?
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

  package init(
    namespace: String? = nil,
    lease: ObjectKey? = nil,
    identity: String,
    stateDirectory: String,
    concurrency: Int = 10,
    analysis: AnalysisOptions = AnalysisOptions()
  ) {
    self.namespace = namespace
    self.lease = lease
    self.identity = identity
    self.stateDirectory = stateDirectory
    self.concurrency = concurrency
    self.analysis = analysis
  }
}
