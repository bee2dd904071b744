import KubeModel
import Primitives

/// The kinds that the server has without any CRD.
enum BuiltInResources {
  static let all: [ServedResource] = core + apps + batch + others

  private static func make(
    _ group: String,
    _ version: String,
    _ kind: String,
    _ plural: String,
    _ shortNames: [String] = [],
    namespaced: Bool = true,
    status: Bool = false,
    generation: Bool = false,
    all: Bool = false,
    schema: String? = nil
  ) -> ServedResource {
    var resource = ServedResource(
      ResourceType(group: group, version: version, kind: kind, plural: plural, isNamespaced: namespaced)
    )
    resource.shortNames = shortNames
    resource.categories = all ? ["all"] : []
    resource.hasStatus = status
    resource.hasGeneration = generation
    resource.schema = SchemaLibrary.shared.kind(schema ?? kind)
    return resource
  }

  private static func scalable(_ resource: ServedResource) -> ServedResource {
    var resource = resource
    resource.scale = ServedResource.ScalePaths()
    return resource
  }

  private static let core: [ServedResource] = {
    var namespaces = make("", "v1", "Namespace", "namespaces", ["ns"], namespaced: false, status: true)
    namespaces.subresources = ["finalize"]
    namespaces.verbs.removeAll { $0 == "deletecollection" }
    var pods = make("", "v1", "Pod", "pods", ["po"], status: true, generation: true, all: true)
    pods.subresources = ["binding", "eviction", "log"]
    var endpoints = make("", "v1", "Endpoints", "endpoints", ["ep"])
    endpoints = ServedResource(endpoints.type, listKind: "EndpointsList", singular: "endpoints")
      .copying(endpoints)
    return [
      make("", "v1", "ConfigMap", "configmaps", ["cm"]),
      endpoints,
      make("", "v1", "Event", "events", ["ev"]),
      make("", "v1", "LimitRange", "limitranges", ["limits"]),
      namespaces,
      make("", "v1", "Node", "nodes", ["no"], namespaced: false, status: true),
      make("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", ["pvc"], status: true),
      make("", "v1", "PersistentVolume", "persistentvolumes", ["pv"], namespaced: false, status: true),
      pods,
      make("", "v1", "PodTemplate", "podtemplates", generation: true),
      scalable(
        make(
          "",
          "v1",
          "ReplicationController",
          "replicationcontrollers",
          ["rc"],
          status: true,
          generation: true,
          all: true
        )
      ),
      make("", "v1", "ResourceQuota", "resourcequotas", ["quota"], status: true),
      make("", "v1", "Secret", "secrets"),
      make("", "v1", "ServiceAccount", "serviceaccounts", ["sa"]),
      make("", "v1", "Service", "services", ["svc"], status: true, all: true),
    ]
  }()

  private static let apps: [ServedResource] = [
    make("apps", "v1", "ControllerRevision", "controllerrevisions"),
    make("apps", "v1", "DaemonSet", "daemonsets", ["ds"], status: true, generation: true, all: true),
    scalable(
      make("apps", "v1", "Deployment", "deployments", ["deploy"], status: true, generation: true, all: true)
    ),
    scalable(
      make("apps", "v1", "ReplicaSet", "replicasets", ["rs"], status: true, generation: true, all: true)
    ),
    scalable(
      make("apps", "v1", "StatefulSet", "statefulsets", ["sts"], status: true, generation: true, all: true)
    ),
  ]

  private static let batch: [ServedResource] = [
    make("batch", "v1", "CronJob", "cronjobs", ["cj"], status: true, generation: true, all: true),
    make("batch", "v1", "Job", "jobs", status: true, generation: true, all: true),
  ]

  private static let others: [ServedResource] = {
    var definitions = make(
      "apiextensions.k8s.io",
      "v1",
      "CustomResourceDefinition",
      "customresourcedefinitions",
      ["crd", "crds"],
      namespaced: false,
      status: true,
      generation: true
    )
    definitions.categories = ["api-extensions"]
    let rbac = "rbac.authorization.k8s.io"
    let admission = "admissionregistration.k8s.io"
    return [
      // Stored so that installations that bring policies succeed; nothing evaluates them.
      make(
        admission,
        "v1",
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        namespaced: false,
        status: true,
        generation: true
      ),
      make(
        admission,
        "v1",
        "ValidatingAdmissionPolicyBinding",
        "validatingadmissionpolicybindings",
        namespaced: false,
        generation: true
      ),
      make(
        "autoscaling",
        "v2",
        "HorizontalPodAutoscaler",
        "horizontalpodautoscalers",
        ["hpa"],
        status: true,
        all: true
      ),
      make("coordination.k8s.io", "v1", "Lease", "leases"),
      make("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", generation: true),
      make("events.k8s.io", "v1", "Event", "events", ["ev"], schema: "NewEvent"),
      make("networking.k8s.io", "v1", "Ingress", "ingresses", ["ing"], status: true, generation: true),
      make("networking.k8s.io", "v1", "IngressClass", "ingressclasses", namespaced: false, generation: true),
      make("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", ["netpol"], generation: true),
      make(
        "policy",
        "v1",
        "PodDisruptionBudget",
        "poddisruptionbudgets",
        ["pdb"],
        status: true,
        generation: true
      ),
      make(rbac, "v1", "ClusterRoleBinding", "clusterrolebindings", namespaced: false),
      make(rbac, "v1", "ClusterRole", "clusterroles", namespaced: false),
      make(rbac, "v1", "RoleBinding", "rolebindings"),
      make(rbac, "v1", "Role", "roles"),
      make(
        "scheduling.k8s.io",
        "v1",
        "PriorityClass",
        "priorityclasses",
        ["pc"],
        namespaced: false,
        generation: true
      ),
      make("storage.k8s.io", "v1", "StorageClass", "storageclasses", ["sc"], namespaced: false),
      definitions,
    ]
  }()
}

extension ServedResource {
  /// The same names as this one, everything else of another.
  fileprivate func copying(_ other: ServedResource) -> ServedResource {
    var copy = self
    copy.shortNames = other.shortNames
    copy.schema = other.schema
    copy.hasGeneration = other.hasGeneration
    return copy
  }
}
