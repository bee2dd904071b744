package import KubeModel

/// The kinds of the data plane, as CRDs of today serve them; ``ResourceType/httpRoutes`` is with the others.
extension ResourceType {
  package static let grpcRoutes = gatewayRoute("GRPCRoute")
  package static let tcpRoutes = gatewayRoute("TCPRoute")
  package static let tlsRoutes = gatewayRoute("TLSRoute")

  /// Versions of the kind that servers have in the place of its own, the best first.
  package var olderVersions: [String] {
    switch self {
    case .tcpRoutes: ["v1alpha2"]
    case .tlsRoutes: ["v1alpha3", "v1alpha2"]
    case .trafficSplits: ["v1alpha3", "v1alpha2", "v1alpha1"]
    default: []
    }
  }

  /// The same kind in another version.
  package func inVersion(_ version: String) -> ResourceType {
    ResourceType(group: group, version: version, kind: kind, plural: plural, isNamespaced: isNamespaced)
  }

  private static func gatewayRoute(_ kind: String) -> ResourceType {
    ResourceType(
      group: httpRoutes.group,
      version: "v1",
      kind: kind,
      plural: kind.lowercased() + "s"
    )
  }

  package static let virtualServices = istio("VirtualService")
  package static let destinationRules = istio("DestinationRule")

  /// The version that every Istio serves, which Argo Rollouts asks for as well.
  private static func istio(_ kind: String) -> ResourceType {
    ResourceType(
      group: "networking.istio.io",
      version: "v1alpha3",
      kind: kind,
      plural: kind.lowercased() + "s"
    )
  }
}

extension ResourceType {
  package static let ingresses = ResourceType(
    group: "networking.k8s.io",
    version: "v1",
    kind: "Ingress",
    plural: "ingresses"
  )
  package static let trafficSplits = ResourceType(
    group: "split.smi-spec.io",
    version: "v1alpha4",
    kind: "TrafficSplit",
    plural: "trafficsplits"
  )
  package static let traefikServices = ResourceType(
    group: "traefik.io",
    version: "v1alpha1",
    kind: "TraefikService",
    plural: "traefikservices"
  )
  /// Every version of Ambassador and Emissary serves this one; newer ones convert it.
  package static let mappings = ResourceType(
    group: "getambassador.io",
    version: "v2",
    kind: "Mapping",
    plural: "mappings"
  )
  package static let apisixRoutes = ResourceType(
    group: "apisix.apache.org",
    version: "v2",
    kind: "ApisixRoute",
    plural: "apisixroutes"
  )
  package static let httpProxies = ResourceType(
    group: "projectcontour.io",
    version: "v1",
    kind: "HTTPProxy",
    plural: "httpproxies"
  )
}
