import Primitives

/// Where the two services of a rollout are in a list of weighted services, as most routes have one.
struct ServicePair {
  /// How such a list says things.
  struct Dialect {
    /// The fields with the name of the service, and with its port.
    let name: String
    let port: String
    /// What an entry without a weight weighs.
    let unsaid: Int
    /// Whether an entry stands for a Service that answers: other kinds and mirrors do not.
    let isService: @Sendable (JSONValue) -> Bool
  }

  let canary: Int
  let stable: Int

  /// The places of both; nil when one is not in the list, a problem when one is there twice.
  init?(in list: [JSONValue], _ dialect: Dialect, _ weights: TrafficWeights, of place: String)
    throws(RouteProblem)
  {
    let canaries = Self.places(of: weights.canaryService, in: list, dialect)
    let stables = Self.places(of: weights.stableService, in: list, dialect)
    for (name, count) in [(weights.canaryService, canaries.count), (weights.stableService, stables.count)]
    where count > 1 {
      throw RouteProblem("\(place) names service \"\(name)\" twice")
    }
    guard let canary = canaries.first, let stable = stables.first else { return nil }
    self.canary = canary
    self.stable = stable
  }

  private static func places(of name: String, in list: [JSONValue], _ dialect: Dialect) -> [Int] {
    list.indices.filter { dialect.isService(list[$0]) && list[$0][dialect.name]?.string == name }
  }

  /// The list with the wanted weights of both, and with the services of experiments that have a share.
  func weighed(_ list: [JSONValue], _ dialect: Dialect, _ weights: TrafficWeights) -> [JSONValue] {
    var weighed = list
    weighed[canary]["weight"] = JSONValue(weights.canary)
    weighed[stable]["weight"] = JSONValue(weights.stable)
    // Like stable's in all but name, port and weight, so that requests fare alike.
    let added = weights.additional.map { destination in
      var entry = list[stable]
      entry[dialect.name] = .string(destination.service)
      entry["weight"] = JSONValue(destination.weight)
      if let port = destination.port { entry[dialect.port] = JSONValue(port) }
      return entry
    }
    return weighed.filter { !dialect.isAdditional($0, weights) } + added
  }

  /// The canary's share of the total, rounded up.
  func share(_ list: [JSONValue], _ dialect: Dialect, _ weights: TrafficWeights) -> Int {
    let others = list.filter { dialect.isAdditional($0, weights) }.reduce(0) { $0 + dialect.weight($1) }
    let mine = dialect.weight(list[canary])
    return Share.part(mine, of: mine + dialect.weight(list[stable]) + others, total: weights.total)
  }
}

extension ServicePair.Dialect {
  func weight(_ entry: JSONValue) -> Int { Share.weight(entry["weight"], absent: unsaid) }

  func isAdditional(_ entry: JSONValue, _ weights: TrafficWeights) -> Bool {
    isService(entry) && weights.isAdditional(entry[name]?.string)
  }

  /// Whether an entry of the list sends requests to the service.
  func leads(_ list: [JSONValue], to service: String) -> Bool {
    list.contains { isService($0) && $0[name]?.string == service && weight($0) > 0 }
  }
}
