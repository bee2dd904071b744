import Primitives

/// Where an object of the data plane has its weights: lists of rules, each with a list of the services that share its
/// requests, or such a list alone.
struct RouteShape: Sendable {
  /// Paths to the lists of rules.
  var rules: [[String]] = []
  /// Paths to objects that are a rule by themselves.
  var single: [[String]] = []
  /// The list of a rule that has the weights.
  let entries: String
  /// Where an entry names the service.
  let service: [String]

  private static let gateway = RouteShape(
    rules: [["spec", "rules"]],
    entries: "backendRefs",
    service: ["name"]
  )

  /// The shape of a kind; nil for one whose weights are no list.
  static func of(_ kind: GroupKind) -> RouteShape? {
    switch (kind.group, kind.kind) {
    case ("gateway.networking.k8s.io", _): gateway
    case ("networking.istio.io", "VirtualService"):
      RouteShape(
        rules: [["spec", "http"], ["spec", "tls"], ["spec", "tcp"]],
        entries: "route",
        service: ["destination", "host"]
      )
    case ("traefik.io", "TraefikService"):
      RouteShape(single: [["spec", "weighted"]], entries: "services", service: ["name"])
    case ("apisix.apache.org", "ApisixRoute"):
      RouteShape(rules: [["spec", "http"]], entries: "backends", service: ["serviceName"])
    case ("projectcontour.io", "HTTPProxy"):
      RouteShape(
        rules: [["spec", "routes"]],
        single: [["spec", "tcpproxy"]],
        entries: "services",
        service: ["name"]
      )
    default: nil
    }
  }

  /// The service of an entry, without the namespace that a host may have.
  func service(_ entry: JSONValue) -> String {
    String((entry.at(service)?.string ?? "").prefix { $0 != "." })
  }

  /// Whether two entries stand for the same part of the requests, whatever their weights are.
  func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
    service(one) == service(other)
      && one.at("destination", "subset") == other.at("destination", "subset")
      && one["kind"]?.string ?? "Service" == other["kind"]?.string ?? "Service"
      && one["mirror"]?.bool ?? false == other["mirror"]?.bool ?? false
  }
}
