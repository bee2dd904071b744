import KubeModel
import Primitives

/// The rules of a route of the Gateway API, told apart: those that people wrote, and those that steps of a release
/// added.
struct GatewayRouteRules {
  private let kind: GatewayRouter.Kind
  /// People's rules, in their order.
  private(set) var own: [JSONValue]
  /// Whether the live route has rules that a step added.
  let hasManaged: Bool

  /// A managed rule carries the name of its route, with a number where it stands for a further rule.
  init(_ route: JSONValue, _ kind: GatewayRouter.Kind, managedNames: [String]) {
    self.kind = kind
    let rules = route.spec["rules"]?.array ?? []
    let isManaged = { (rule: JSONValue) in
      guard let name = rule["name"]?.string else { return false }
      return managedNames.contains {
        name == $0 || name.hasPrefix($0 + "-") && Int(name.dropFirst($0.count + 1)) != nil
      }
    }
    own = rules.filter { !isManaged($0) }
    hasManaged = own.count < rules.count
  }

  /// All rules as wanted: those of the managed routes first, each made from every rule that has both services.
  func with(_ weights: TrafficWeights, _ managed: [ManagedRoute]) -> [JSONValue] {
    let weighted = own.map { Self.weigh($0, weights) }
    let bases = weighted.filter {
      Self.backend(weights.canaryService, $0) != nil && Self.backend(weights.stableService, $0) != nil
    }
    let added = managed.filter { !$0.matches.isEmpty }.flatMap { route in
      bases.enumerated().map { index, base in
        rule(route, name: index == 0 ? route.name : "\(route.name)-\(index + 1)", base: base, weights)
      }
    }
    return added + weighted
  }

  private static func weigh(_ rule: JSONValue, _ weights: TrafficWeights) -> JSONValue {
    guard backend(weights.canaryService, rule) != nil, let stable = backend(weights.stableService, rule)
    else {
      return rule
    }
    var rule = rule
    let own = (rule["backendRefs"]?.array ?? []).filter { !weights.isAdditional($0["name"]?.string) }
    let backends = own.map { backend in
      var backend = backend
      if isService(backend, weights.canaryService) { backend["weight"] = JSONValue(weights.canary) }
      if isService(backend, weights.stableService) { backend["weight"] = JSONValue(weights.stable) }
      return backend
    }
    // Like stable's in all but name, port and weight, so that requests fare alike.
    let added = weights.additional.map { destination in
      var backend = stable
      backend["name"] = .string(destination.service)
      backend["weight"] = JSONValue(destination.weight)
      if let port = destination.port { backend["port"] = JSONValue(port) }
      return backend
    }
    rule["backendRefs"] = .array(backends + added)
    return rule
  }

  /// Every field that the API would fill in by itself is written out, so that the live rule equals this one.
  private func rule(_ route: ManagedRoute, name: String, base: JSONValue, _ weights: TrafficWeights)
    -> JSONValue
  {
    var rule = base
    rule["name"] = .string(name)
    let matches = base["matches"]?.array ?? []
    rule["matches"] = .array(
      (matches.isEmpty ? [kind.matchOfAll] : matches).flatMap { match in
        route.matches.map { Self.narrowed(match, by: $0) }
      }
    )
    guard var canary = Self.backend(weights.canaryService, base) else { return rule }
    switch route.action {
    case .canary:
      canary["weight"] = 1
      rule["backendRefs"] = [canary]
    case .mirror(let percent):
      canary["weight"] = nil
      canary["filters"] = nil
      canary["group"] = canary["group"] ?? ""
      canary["kind"] = canary["kind"] ?? "Service"
      let mirror: JSONValue = [
        "type": "RequestMirror", "requestMirror": ["backendRef": canary, "percent": JSONValue(percent)],
      ]
      rule["filters"] = .array((base["filters"]?.array ?? []) + [mirror])
    }
    return rule
  }

  private static func narrowed(_ match: JSONValue, by other: JSONValue) -> JSONValue {
    var match = match
    for field in ["path", "method"] { if let value = other[field] { match[field] = value } }
    let headers = (match["headers"]?.array ?? []) + (other["headers"]?.array ?? [])
    if !headers.isEmpty { match["headers"] = .array(headers) }
    return match
  }

  static func isService(_ backend: JSONValue, _ name: String) -> Bool {
    backend["name"]?.string == name && backend["kind"]?.string ?? "Service" == "Service"
  }

  private static func backend(_ name: String, _ rule: JSONValue) -> JSONValue? {
    rule["backendRefs"]?.array?.first { isService($0, name) }
  }
}

extension GatewayRouter.Kind {
  /// The match that the API fills in where a rule has none.
  var matchOfAll: JSONValue {
    self == .http ? ["path": ["type": "PathPrefix", "value": "/"]] : .object([:])
  }

  /// Why a route of this kind cannot have a rule for the matches of a step; nil when it can.
  func refusal(of route: ManagedRoute) -> String? {
    switch self {
    case .http: route.matches.isEmpty ? "an HTTPRoute matches a method as a whole" : nil
    case .grpc:
      route.matches.contains { $0["path"] != nil || $0["method"] != nil }
        ? "a GRPCRoute matches by headers alone" : nil
    case .tcp, .tls: "a \(type.kind) cannot tell requests apart"
    }
  }
}
