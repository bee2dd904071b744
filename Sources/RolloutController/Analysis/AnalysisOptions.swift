package import KubeClient
import Primitives

/// How analyses are run.
package struct AnalysisOptions: Sendable {
  /// The controller's environment: what providers read by Argo Rollouts' names, such as
  /// `ARGO_ROLLOUTS_PROMETHEUS_ADDRESS`.
  package var environment: [String: String]
  /// Where the Secrets are that all teams' providers share.
  package var controllerNamespace: String
  /// Reads a small file of the controller, such as a mounted token; nil when it cannot be read.
  package var readFile: @Sendable (String) -> [UInt8]?
  /// Where the Jobs of all runs are made: `ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE`; nil for each run's own namespace.
  package var jobNamespace: String?
  /// The cluster in which Jobs are made: `ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG`; nil for that of the runs.
  package var jobCluster: KubeClient?
  /// What one endpoint is asked at most.
  package var endpoints: EndpointOptions
  /// The least time between two writes of a run's status of which the later only adds measurements.
  package var measurementPause: Duration
  /// Of the jitter; controllers should differ.
  package var seed: UInt64

  package init(
    environment: [String: String] = [:],
    controllerNamespace: String = "argo-rollouts",
    readFile: @escaping @Sendable (String) -> [UInt8]? = { _ in nil },
    jobNamespace: String? = nil,
    jobCluster: KubeClient? = nil,
    endpoints: EndpointOptions = EndpointOptions(),
    measurementPause: Duration = .seconds(5),
    seed: UInt64 = 1
  ) {
    self.environment = environment
    self.controllerNamespace = controllerNamespace
    self.readFile = readFile
    self.jobNamespace = jobNamespace
    self.jobCluster = jobCluster
    self.endpoints = endpoints
    self.measurementPause = measurementPause
    self.seed = seed
  }

  /// The server for Prometheus queries that name none.
  var prometheusAddress: String { environment["ARGO_ROLLOUTS_PROMETHEUS_ADDRESS"] ?? "" }
}
