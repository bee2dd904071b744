import Primitives

/// What is added around one http route of a VirtualService for the time of a release: routes of steps, and those that
/// keep users where they are. All of them take only requests that would reach the route itself.
struct IstioAdditions {
  private let base: JSONValue
  private let parts: IstioParts
  private let weights: TrafficWeights
  /// From 1, for the names of the routes.
  private let number: Int
  private let subject: String

  init(_ base: JSONValue, _ parts: IstioParts, _ weights: TrafficWeights, number: Int, subject: String) {
    self.base = base
    self.parts = parts
    self.weights = weights
    self.number = number
    self.subject = subject
  }

  /// Whether users of the canary are to stay, and whether those of stable are.
  private var keepsCanary: Bool {
    weights.stickiness != nil && weights.canary > 0 && !weights.canaryHash.isEmpty
  }
  private var keepsStable: Bool {
    weights.stickiness == .both && keepsCanary && weights.stable > 0 && !weights.stableHash.isEmpty
  }

  /// The route itself, whose answers tell users where they have been.
  func marked() throws(RouteProblem) -> JSONValue {
    var route = base
    let canary = parts.canary(of: base, weights)
    let stable = parts.stable(of: base, weights)
    var entries: [JSONValue] = []
    for entry in base["route"]?.array ?? [] {
      if keepsCanary, entry == canary {
        entries.append(try parts.cookie.added(to: entry, weights.canaryHash, subject))
      } else if keepsStable, entry == stable {
        entries.append(try parts.cookie.added(to: entry, weights.stableHash, subject))
      } else {
        entries.append(entry)
      }
    }
    route["route"] = .array(entries)
    return route
  }

  /// The routes in front of it: users of the canary, then the steps' in their order, then users of stable.
  func routes() throws(RouteProblem) -> [JSONValue] {
    guard let canary = parts.canary(of: base, weights), let stable = parts.stable(of: base, weights) else {
      return []
    }
    let marked = try marked()
    let welcome = parts.canary(of: marked, weights) ?? canary
    var routes: [JSONValue?] = []
    let cookie = parts.cookie
    if keepsCanary {
      let match = cookie.match(weights.canaryHash)
      routes.append(try route(cookie.routes[0], [match]) { $0["route"] = [Self.all(canary)] })
    }
    for managed in weights.managedRoutes {
      routes.append(
        try route(managed.name, managed.given.map { Self.match($0, managed.action) }) { route in
          switch managed.action {
          case .canary: route["route"] = [Self.all(welcome)]
          case .mirror(let percent):
            route["route"] = marked["route"]
            route["mirror"] = canary["destination"]
            for field in ["mirrorPercent", "mirror_percent", "mirrors"] { route[field] = nil }
            route["mirrorPercentage"] = ["value": JSONValue(percent)]
          }
        }
      )
    }
    if keepsStable {
      let match = cookie.match(weights.stableHash)
      routes.append(try route(cookie.routes[1], [match]) { $0["route"] = [Self.all(stable)] })
    }
    return routes.compactMap { $0 }
  }

  private static func all(_ entry: JSONValue) -> JSONValue {
    var entry = entry
    entry["weight"] = 100
    return entry
  }

  /// A copy of the route for some of its requests; nil when none of them can fit.
  private func route(_ name: String, _ matches: [JSONValue], _ change: (inout JSONValue) -> Void)
    throws(RouteProblem) -> JSONValue?
  {
    let given = base["match"]?.array ?? []
    var narrowed: [JSONValue] = []
    for match in given.isEmpty ? [.object([:])] : given {
      for other in matches {
        switch IstioMatch.narrowed(match, by: other) {
        case .some(let both): narrowed.append(both)
        case .never: break
        case .unknown(let field):
          throw RouteProblem("\(subject) and route \"\(name)\" both have a match of \(field) by pattern")
        }
      }
    }
    guard !narrowed.isEmpty else { return nil }
    var route = base
    route["name"] = .string(number == 1 ? name : "\(name)-\(number)")
    route["match"] = .array(narrowed)
    change(&route)
    return route
  }

  /// An entry of a step's matches in Istio's words: each is a way to fit.
  private static func match(_ given: JSONValue, _ action: ManagedRoute.Action) -> JSONValue {
    var match: JSONValue = .object([:])
    switch action {
    case .canary:
      let name = given["headerName"]?.string ?? ""
      match["headers"] = .object([name.lowercased(): given["headerValue"] ?? .object([:])])
    case .mirror:
      match["method"] = given["method"]
      match["uri"] = given["path"]
      match["headers"] = given["headers"].flatMap(\.object).map { headers in
        .object(JSONFields(headers.map { ($0.key.lowercased(), $0.value) }))
      }
    }
    return match
  }
}
