import KubeModel
import Primitives

/// What the destinations of a VirtualService's routes are to a rollout (reference, section 6.2).
struct IstioParts {
  /// The names of a DestinationRule's subsets, where the rollout has them.
  struct Subsets {
    let canary: String
    let stable: String
    /// Others that the spec names, which are nobody's part.
    let additional: Set<String>
  }

  /// The weights of a route by whose they are.
  struct Sums {
    var canary = 0
    var stable = 0
    var additional = 0
    var others = 0
  }

  private enum Part {
    case canary, stable, additional, other
  }

  let subsets: Subsets?
  let cookie: IstioCookie

  init(_ destinationRule: JSONValue?, rollout: String) {
    subsets = destinationRule.map { rule in
      Subsets(
        canary: rule["canarySubsetName"]?.string ?? "",
        stable: rule["stableSubsetName"]?.string ?? "",
        additional: Set((rule["additionalSubsetNames"]?.array ?? []).compactMap(\.string))
      )
    }
    cookie = IstioCookie(rollout: rollout)
  }

  /// Whether a step or the stickiness of a release added the http route.
  func isAdded(_ route: JSONValue, _ weights: TrafficWeights) -> Bool {
    ManagedRoute.isNamed(route["name"]?.string, among: weights.managedNames + cookie.routes)
  }

  private func part(of entry: JSONValue, _ weights: TrafficWeights) -> Part {
    if let subsets, let subset = entry.at("destination", "subset")?.string, !subset.isEmpty {
      if subset == subsets.canary { return .canary }
      if subset == subsets.stable { return .stable }
      if subsets.additional.contains(subset) { return .other }
    }
    let service = Self.service(of: entry["destination"])
    if weights.isAdditional(service) { return .additional }
    if service.isEmpty { return .other }
    return service == weights.canaryService
      ? .canary : service == weights.stableService ? .stable : .other
  }

  /// The host of a destination up to its first dot.
  static func service(of destination: JSONValue?) -> String {
    String((destination?["host"]?.string ?? "").prefix { $0 != "." })
  }

  /// Whether requests or copies of them go from the route to the service.
  static func leads(_ route: JSONValue, to service: String) -> Bool {
    guard !service.isEmpty else { return false }
    let entries = route["route"]?.array ?? []
    // A single destination has all requests, whatever its weight.
    return Self.service(of: route["mirror"]) == service
      || entries.contains { entry in
        Self.service(of: entry["destination"]) == service
          && (entries.count == 1 || Share.weight(entry["weight"], absent: 0) > 0)
      }
  }

  func hasBoth(_ route: JSONValue, _ weights: TrafficWeights) -> Bool {
    let found = (route["route"]?.array ?? []).map { part(of: $0, weights) }
    return found.contains(.canary) && found.contains(.stable)
  }

  /// The destination of the canary in a route that has been checked.
  func canary(of route: JSONValue, _ weights: TrafficWeights) -> JSONValue? {
    route["route"]?.array?.first { part(of: $0, weights) == .canary }
  }

  func stable(of route: JSONValue, _ weights: TrafficWeights) -> JSONValue? {
    route["route"]?.array?.first { part(of: $0, weights) == .stable }
  }

  func sums(_ route: JSONValue, _ weights: TrafficWeights) -> Sums {
    (route["route"]?.array ?? []).reduce(into: Sums()) { sums, entry in
      let weight = Share.weight(entry["weight"], absent: 0)
      switch part(of: entry, weights) {
      case .canary: sums.canary += weight
      case .stable: sums.stable += weight
      case .additional: sums.additional += weight
      case .other: sums.others += weight
      }
    }
  }

  /// Whether the route can be given weights at all.
  func check(_ route: JSONValue, _ weights: TrafficWeights, _ subject: String) throws(RouteProblem) {
    let found = (route["route"]?.array ?? []).map { part(of: $0, weights) }
    let names = names(weights)
    for (part, name) in [(Part.canary, names.canary), (.stable, names.stable)] {
      let count = found.count { $0 == part }
      if count == 0 { throw RouteProblem("\(subject) has no destination \"\(name)\"") }
      if count > 1 { throw RouteProblem("\(subject) names \"\(name)\" twice") }
    }
    let others = sums(route, weights).others
    if others >= weights.total {
      throw RouteProblem("\(subject) gives others \(others) of \(weights.total), which leaves nothing")
    }
  }

  /// `"web-stable" and "web-canary"`, as problems name the parts.
  func describe(_ weights: TrafficWeights) -> String {
    let names = names(weights)
    return "\"\(names.stable)\" and \"\(names.canary)\""
  }

  private func names(_ weights: TrafficWeights) -> (canary: String, stable: String) {
    guard let subsets, weights.canaryService.isEmpty else {
      return (weights.canaryService, weights.stableService)
    }
    return (subsets.canary, subsets.stable)
  }
}

// MARK: - Weights

extension IstioParts {
  /// The route with the wanted weights. Others keep theirs: what they leave is split as all requests would be, so that
  /// the pods of either part get as much as they are there for.
  func weighed(_ route: JSONValue, _ weights: TrafficWeights, _ subject: String) throws(RouteProblem)
    -> JSONValue
  {
    let room = weights.total - sums(route, weights).others
    let canary = weights.canary * room / weights.total
    let shares = weights.additional.map { $0.weight * room / weights.total }
    let rest = max(0, room - canary - shares.reduce(0, +))
    let own = (route["route"]?.array ?? []).filter { part(of: $0, weights) != .additional }
      .map { cookie.removed(from: $0) }
    let entries = own.map { entry in
      switch part(of: entry, weights) {
      case .canary: Self.entry(entry, canary)
      case .stable: Self.entry(entry, rest)
      case .additional, .other: entry
      }
    }
    guard let stable = own.first(where: { part(of: $0, weights) == .stable }) else {
      throw RouteProblem("\(subject) has no destination \"\(names(weights).stable)\"")
    }
    var weighed = route
    let added = zip(weights.additional, shares).map { Self.entry(for: $0, like: stable, $1) }
    weighed["route"] = .array(entries + added)
    return weighed
  }

  /// A weight that is not written out is 0.
  private static func entry(_ entry: JSONValue, _ weight: Int) -> JSONValue {
    guard Share.weight(entry["weight"], absent: 0) != weight || (entry["weight"]?.int ?? 0) != weight else {
      return entry
    }
    var entry = entry
    entry["weight"] = JSONValue(weight)
    return entry
  }

  /// Like stable's in all but the host, port and weight, so that requests fare alike.
  private static func entry(
    for destination: TrafficWeights.Destination,
    like stable: JSONValue,
    _ weight: Int
  ) -> JSONValue {
    let host = stable.at("destination", "host")?.string ?? ""
    let domain = host.firstIndex(of: ".").map { String(host[$0...]) } ?? ""
    var entry = stable
    entry["weight"] = JSONValue(weight)
    entry.set(.string(destination.service + domain), at: "destination", "host")
    entry.set(nil, at: "destination", "subset")
    if let port = destination.port { entry.set(["number": JSONValue(port)], at: "destination", "port") }
    return entry
  }
}

extension IstioParts {
  /// Istio tells of it only where its distribution status is switched on.
  static func proof(of object: JSONValue?) -> RouteProof {
    guard let object,
      let reconciled = object.status["conditions"]?.array?.first(where: { $0["type"] == "Reconciled" }),
      let observed = reconciled["observedGeneration"].flatMap({ $0.int ?? $0.string.flatMap { Int($0) } })
    else { return .silent("Istio") }
    return reconciled["status"] == "True" && observed >= object.generation ? .followed : .lagging(nil)
  }
}
