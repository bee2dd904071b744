import KubeModel
import Primitives

/// The objects of the data plane that a Rollout names, by which the sync knows whose fields are in them.
struct RoutedObjects {
  /// Routes with lists of weighted services.
  private(set) var routes: [ObjectID] = []
  /// Ingresses of haproxy-ingress, which lead to another Service during a release.
  private(set) var ledIngresses: [ObjectID] = []
  /// The Service of those.
  private(set) var rootService: String?
  /// Ingresses of the AWS controller.
  private(set) var forwardedIngresses: [ObjectID] = []
  /// DestinationRules with subsets for both revisions.
  private(set) var destinationRules: [ObjectID] = []
  private let namespace: String

  init(_ rollout: JSONValue) {
    namespace = rollout.namespace
    guard let routing = rollout.at("spec", "strategy", "canary", "trafficRouting") else { return }
    addGatewayRoutes(routing)
    let service = routing.at("traefik", "weightedTraefikServiceName")?.string
    routes += ids("traefik.io", "TraefikService", [service])
    routes += ids("apisix.apache.org", "ApisixRoute", [routing.at("apisix", "route", "name")?.string])
    addVirtualServices(routing)
    let rule = routing.at("istio", "destinationRule", "name")?.string
    destinationRules = ids("networking.istio.io", "DestinationRule", [rule])
    let forwarded = routing["alb"] ?? .null
    let ingresses = [forwarded["ingress"]?.string] + (forwarded["ingresses"]?.array ?? []).map(\.string)
    forwardedIngresses = ids("networking.k8s.io", "Ingress", ingresses)
    if let contour = routing.at("plugins", "argoproj-labs/contour") {
      let names = [contour["httpProxy"]?.string] + (contour["httpProxies"]?.array ?? []).map(\.string)
      routes += ids("projectcontour.io", "HTTPProxy", names, in: contour["namespace"]?.string)
    }
    if let haproxy = routing.at("plugins", "serin.dev/haproxy-ingress") {
      let names = [haproxy["ingress"]?.string] + (haproxy["ingresses"]?.array ?? []).map(\.string)
      ledIngresses = ids("networking.k8s.io", "Ingress", names)
      rootService = haproxy["rootService"]?.string
    }
  }

  private mutating func addGatewayRoutes(_ routing: JSONValue) {
    let kinds = ["http": "HTTPRoute", "grpc": "GRPCRoute", "tcp": "TCPRoute", "tls": "TLSRoute"]
    for plugin in ["argoproj-labs/gatewayAPI", "argoproj-labs/gateway-api"] {
      guard let settings = routing.at("plugins", plugin) else { continue }
      for (prefix, kind) in kinds {
        let listed = (settings["\(prefix)Routes"]?.array ?? []).map { $0["name"]?.string }
        let names = listed + [settings["\(prefix)Route"]?.string]
        routes += ids("gateway.networking.k8s.io", kind, names, in: settings["namespace"]?.string)
      }
    }
  }

  /// Their names may end in a namespace.
  private mutating func addVirtualServices(_ routing: JSONValue) {
    let istio = routing["istio"] ?? .null
    let given = [istio["virtualService"]].compactMap(\.self) + (istio["virtualServices"]?.array ?? [])
    for name in given.compactMap({ $0["name"]?.string }) {
      let parts = name.split(separator: ".").map(String.init)
      routes += ids(
        "networking.istio.io",
        "VirtualService",
        [parts.first],
        in: parts.count > 1 ? parts[1] : nil
      )
    }
  }

  private func ids(_ group: String, _ kind: String, _ names: [String?], in other: String? = nil)
    -> [ObjectID]
  {
    names.compactMap(\.self).filter { !$0.isEmpty }.map {
      ObjectID(
        group: group,
        kind: kind,
        namespace: (other?.isEmpty ?? true ? nil : other) ?? namespace,
        name: $0
      )
    }
  }
}
