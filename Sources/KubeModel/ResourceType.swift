package import Primitives

/// A kind of the API as the server serves it: what a client needs to build a path.
package struct ResourceType: Sendable, Hashable {
  /// Empty for the core group.
  package let group: String
  package let version: String
  package let kind: String
  package let plural: String
  package let isNamespaced: Bool

  package init(group: String, version: String, kind: String, plural: String, isNamespaced: Bool = true) {
    self.group = group
    self.version = version
    self.kind = kind
    self.plural = plural
    self.isNamespaced = isNamespaced
  }

  /// `apps/v1`, or `v1` for the core group.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// `replicasets.apps`, or `pods` for the core group: how error messages and CRD names spell a kind.
  package var qualifiedPlural: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

extension ResourceType: CustomStringConvertible {
  package var description: String { qualifiedPlural }
}

extension ResourceType {
  package static let namespaces = ResourceType(
    group: "",
    version: "v1",
    kind: "Namespace",
    plural: "namespaces",
    isNamespaced: false
  )
  package static let pods = ResourceType(group: "", version: "v1", kind: "Pod", plural: "pods")
  package static let services = ResourceType(group: "", version: "v1", kind: "Service", plural: "services")
  package static let secrets = ResourceType(group: "", version: "v1", kind: "Secret", plural: "secrets")
  package static let configMaps = ResourceType(
    group: "",
    version: "v1",
    kind: "ConfigMap",
    plural: "configmaps"
  )
  package static let events = ResourceType(group: "", version: "v1", kind: "Event", plural: "events")
  package static let replicaSets = ResourceType(
    group: "apps",
    version: "v1",
    kind: "ReplicaSet",
    plural: "replicasets"
  )
  package static let deployments = ResourceType(
    group: "apps",
    version: "v1",
    kind: "Deployment",
    plural: "deployments"
  )
  package static let jobs = ResourceType(group: "batch", version: "v1", kind: "Job", plural: "jobs")
  package static let podTemplates = ResourceType(
    group: "",
    version: "v1",
    kind: "PodTemplate",
    plural: "podtemplates"
  )
  package static let leases = ResourceType(
    group: "coordination.k8s.io",
    version: "v1",
    kind: "Lease",
    plural: "leases"
  )
  package static let endpointSlices = ResourceType(
    group: "discovery.k8s.io",
    version: "v1",
    kind: "EndpointSlice",
    plural: "endpointslices"
  )
  package static let httpRoutes = ResourceType(
    group: "gateway.networking.k8s.io",
    version: "v1",
    kind: "HTTPRoute",
    plural: "httproutes"
  )
  package static let rollouts = ResourceType(
    group: "argoproj.io",
    version: "v1alpha1",
    kind: "Rollout",
    plural: "rollouts"
  )
  package static let analysisTemplates = ResourceType(
    group: "argoproj.io",
    version: "v1alpha1",
    kind: "AnalysisTemplate",
    plural: "analysistemplates"
  )
  package static let clusterAnalysisTemplates = ResourceType(
    group: "argoproj.io",
    version: "v1alpha1",
    kind: "ClusterAnalysisTemplate",
    plural: "clusteranalysistemplates",
    isNamespaced: false
  )
  package static let analysisRuns = ResourceType(
    group: "argoproj.io",
    version: "v1alpha1",
    kind: "AnalysisRun",
    plural: "analysisruns"
  )
  package static let experiments = ResourceType(
    group: "argoproj.io",
    version: "v1alpha1",
    kind: "Experiment",
    plural: "experiments"
  )
  package static let gitSources = ResourceType(
    group: "serin.dev",
    version: "v1alpha1",
    kind: "GitSource",
    plural: "gitsources"
  )
}

/// The namespace and name of an object; the namespace is empty for cluster-scoped objects.
package struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let namespace: String
  package let name: String

  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  package init(_ object: JSONValue) {
    self.init(namespace: object.namespace, name: object.name)
  }

  /// `namespace/name`, or the name alone for cluster-scoped objects.
  package var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }

  package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}
