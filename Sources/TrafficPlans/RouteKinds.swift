package import KubeModel

/// The kinds of the data plane, as CRDs of today serve them; ``ResourceType/httpRoutes`` is with the others.
extension ResourceType {
  package static let grpcRoutes = gatewayRoute("GRPCRoute")
  package static let tcpRoutes = gatewayRoute("TCPRoute")
  package static let tlsRoutes = gatewayRoute("TLSRoute")

  private static func gatewayRoute(_ kind: String) -> ResourceType {
    ResourceType(
      group: httpRoutes.group,
      version: "v1",
      kind: kind,
      plural: kind.lowercased() + "s"
    )
  }
}
