import KubeModel
import Primitives

/// The routers of ingress controllers (reference, section 1.4); what is named twice is one.
extension TrafficRouting {
  /// The key of `plugins` under which a Rollout names its HTTPProxies, as the plugin for Contour has it.
  package static let contourPlugin = "argoproj-labs/contour"
  /// The key of `plugins` under which a Rollout names its Ingresses of haproxy-ingress.
  package static let haproxyPlugin = "serin.dev/haproxy-ingress"

  static func nginxUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let nginx = routing["nginx"] else { return [] }
    return names(nginx, "stableIngress", "stableIngresses").map { field, name in
      Unit(
        router: NginxRouter(stableIngress: name, nginx: nginx, rollout: rollout),
        field: "nginx.\(field)"
      )
    }
  }

  static func ambassadorUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let ambassador = routing["ambassador"] else { return [] }
    return names(ambassador, nil, "mappings").map { field, name in
      Unit(
        router: MappingRouter(mapping: name, namespace: rollout.namespace),
        field: "ambassador.\(field)"
      )
    }
  }

  static func traefikUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let traefik = routing["traefik"] else { return [] }
    return names(traefik, "weightedTraefikServiceName", nil).map { field, name in
      Unit(
        router: TraefikRouter(weightedService: name, namespace: rollout.namespace),
        field: "traefik.\(field)"
      )
    }
  }

  static func apisixUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let route = routing.at("apisix", "route") else { return [] }
    return names(route, "name", nil).map { field, name in
      Unit(
        router: ApisixRouter(
          route: name,
          rules: (route["rules"]?.array ?? []).compactMap(\.string),
          managedRoutes: (routing["managedRoutes"]?.array ?? []).compactMap { $0["name"]?.string },
          namespace: rollout.namespace
        ),
        field: "apisix.route.\(field)"
      )
    }
  }

  /// The first versions of the plugin had one `httpProxy`.
  static func contourUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let plugin = routing.at("plugins", contourPlugin) else { return [] }
    let given = plugin["namespace"]?.string ?? ""
    let namespace = given.isEmpty ? rollout.namespace : given
    return names(plugin, "httpProxy", "httpProxies").map { field, name in
      Unit(
        router: HTTPProxyRouter(proxy: ObjectKey(namespace: namespace, name: name)),
        field: "plugins.\(contourPlugin).\(field)"
      )
    }
  }

  static func haproxyUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let plugin = routing.at("plugins", haproxyPlugin) else { return [] }
    return names(plugin, "ingress", "ingresses").map { field, name in
      Unit(
        router: HAProxyIngressRouter(ingress: name, plugin: plugin, namespace: rollout.namespace),
        field: "plugins.\(haproxyPlugin).\(field)"
      )
    }
  }

  /// The names that one field has, or the list of another, each with where it stands.
  private static func names(_ value: JSONValue, _ single: String?, _ list: String?) -> [(String, String)] {
    let one = single.map { [($0, value[$0]?.string ?? "")] } ?? []
    let several = list.map { list in
      (value[list]?.array ?? []).enumerated().map { ("\(list)[\($0)]", $1.string ?? "") }
    }
    var seen: Set<String> = [""]
    return (one + (several ?? [])).filter { seen.insert($0.1).inserted }
  }
}
