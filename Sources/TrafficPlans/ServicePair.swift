import Primitives

/// Where the two services of a rollout are in a list of weighted services, as most routes have one.
struct ServicePair {
  /// How such a list says things.
  struct Dialect {
    /// The field with the name of the service.
    let name: String
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

  /// The list with the wanted weights of both.
  func weighed(_ list: [JSONValue], _ weights: TrafficWeights) -> [JSONValue] {
    var list = list
    list[canary]["weight"] = JSONValue(weights.canary)
    list[stable]["weight"] = JSONValue(weights.total - weights.canary)
    return list
  }

  /// The canary's share of the total, rounded up.
  func share(_ list: [JSONValue], _ dialect: Dialect, of total: Int) -> Int {
    let (mine, others) = (dialect.weight(list[canary]), dialect.weight(list[stable]))
    return Share.part(mine, of: mine + others, total: total)
  }
}

extension ServicePair.Dialect {
  func weight(_ entry: JSONValue) -> Int { Share.weight(entry["weight"], absent: unsaid) }

  /// Whether an entry of the list sends requests to the service.
  func leads(_ list: [JSONValue], to service: String) -> Bool {
    list.contains { isService($0) && $0[name]?.string == service && weight($0) > 0 }
  }
}
