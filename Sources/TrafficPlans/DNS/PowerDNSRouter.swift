package import KubeModel
package import Primitives

/// The records of one name and type in a zone of PowerDNS: the stable values at rest, those of the canary at the full
/// weight, and a LUA record that picks one of all in between.
///
/// The live object has `records` by type, each with `ttl`, `values`, `comments` and those that are `disabled`, and `lua`,
/// which says whether the server answers LUA records; without a `zone` the server has none of that name.
package struct PowerDNSRouter: ObjectRouter {
  package let address: RouteAddress
  private let settings: PowerDNSSettings

  /// Reads `plugins."serin.dev/powerdns"`.
  package init(_ plugin: JSONValue, rollout: ObjectKey) {
    settings = PowerDNSSettings(plugin)
    let name = "\(settings.name.hasSuffix(".") ? String(settings.name.dropLast()) : settings.name)"
    address = RouteAddress(settings.place, ObjectKey(namespace: rollout.namespace, name: name))
  }

  package var faults: [RouterFault] { settings.faults }

  /// The name and the type in their one form: what no two rollouts may have.
  package var recordSet: String { "\(settings.name) \(settings.type)" }

  /// The name, beside which no CNAME may stand.
  package var name: String { settings.name }

  package var isAlias: Bool { settings.type == "CNAME" }

  /// The object as it is when people have written the stable values, for rehearsals.
  package var atRest: JSONValue {
    [
      "metadata": ["resourceVersion": "1"], "zone": .string(settings.zone), "lua": true,
      "records": .object([settings.type: plain(settings.stable, timeToLive: settings.timeToLive ?? 300)]),
    ]
  }

  package func wanted(_ weights: TrafficWeights, _ object: JSONValue) throws(RouteProblem) -> JSONValue {
    try check(object)
    guard split(object) != nil else { throw RouteProblem(unknownValues(object)) }
    let plainSet = object.at("records", settings.type)
    let live = plainSet ?? object.at("records", "LUA") ?? .null
    let isSplit = settings.mode == .weighted && weights.canary > 0 && weights.canary < weights.total
    var wanted = object
    let others = otherLuaValues(object)
    guard isSplit else {
      let values = weights.canary == weights.total ? settings.canary : settings.stable
      wanted.set(
        set(values, like: live, isAlone: plainSet != nil || others.isEmpty),
        at: "records",
        settings.type
      )
      if luaValues(object).count != others.count { put(others, like: nil, into: &wanted) }
      return wanted
    }
    let choice = LuaChoice(
      type: settings.type,
      picking: weights.stickiness == nil ? .random : .hashed,
      parts: parts(weights)
    )
    wanted.set(nil, at: "records", settings.type)
    put(others + [choice.text], like: others.isEmpty ? live : nil, into: &wanted)
    return wanted
  }

  /// Each value of a part has an equal share of the part's weight; the canary comes first, so that whoever is picked for
  /// it by address stays so while its weight grows.
  private func parts(_ weights: TrafficWeights) -> [LuaChoice.Part] {
    settings.canary.map { LuaChoice.Part(weight: weights.canary * settings.stable.count, value: $0) }
      + settings.stable.map {
        LuaChoice.Part(weight: (weights.total - weights.canary) * settings.canary.count, value: $0)
      }
  }

  // MARK: - Records

  private func luaValues(_ object: JSONValue) -> [String] {
    (object.at("records", "LUA", "values")?.array ?? []).compactMap(\.string)
  }

  /// The LUA records of other types, which are somebody else's.
  private func otherLuaValues(_ object: JSONValue) -> [String] {
    luaValues(object).filter { LuaChoice.type(of: $0) != settings.type }
  }

  private func plain(_ values: [String], timeToLive: Int) -> JSONValue {
    ["ttl": JSONValue(timeToLive), "values": .array(values.map { .string($0) })]
  }

  /// The values with the time to live and the comments of the set in whose place they come. They have no order, so that
  /// they are sorted, and they stay as they are written there if they are the same.
  private func set(_ values: [String], like live: JSONValue, isAlone: Bool) -> JSONValue {
    let present = live["values"]?.array ?? []
    let isSame = Set(present.compactMap(\.string).compactMap(normal)) == Set(values)
    var set = plain(values.sorted(), timeToLive: settings.timeToLive ?? live["ttl"]?.int ?? 300)
    if isSame { set["values"] = .array(present) }
    if isAlone, let comments = live["comments"] { set["comments"] = comments }
    return set
  }

  private func put(_ lua: [String], like live: JSONValue?, into object: inout JSONValue) {
    guard !lua.isEmpty else { return object.set(nil, at: "records", "LUA") }
    let present = object.at("records", "LUA")
    var set = plain(
      lua.sorted(),
      timeToLive: settings.timeToLive ?? present?["ttl"]?.int ?? live?["ttl"]?.int ?? 300
    )
    if let comments = present?["comments"] ?? live?["comments"] { set["comments"] = comments }
    object.set(set, at: "records", "LUA")
  }

  private func normal(_ value: String) -> String? { DNSValue.normal(value, type: settings.type) }

  // MARK: - What is wrong

  private func check(_ object: JSONValue) throws(RouteProblem) {
    if let fault = settings.faults.first { throw RouteProblem("\(address): \(fault.field): \(fault.detail)") }
    guard object["zone"]?.string != nil else {
      throw RouteProblem("\(address): the server \(settings.server) has no zone \(settings.zone)")
    }
    let types = (object["records"]?.object ?? [:]).map(\.key).sorted()
    let lua = luaValues(object).map { LuaChoice.type(of: $0) }
    let found = Set(types + lua)
    if settings.type == "CNAME" {
      // A LUA record stands for the CNAME while it is split.
      let others = found.subtracting(["CNAME", "LUA", "RRSIG", "NSEC", "NSEC3"]).sorted()
      guard others.isEmpty else {
        throw RouteProblem(
          "\(address) has records of type \(others.joined(separator: ", ")), beside which no CNAME can stand"
        )
      }
    } else if let other = ["CNAME", "ALIAS", "DNAME"].first(where: found.contains) {
      throw RouteProblem(
        "\(address) has a \(other) record, beside which no \(settings.type) record can stand"
      )
    }
    let isDelegated = found.contains("NS") && settings.name != settings.zone
    guard !isDelegated else { throw RouteProblem("\(address) is given to other servers by its NS records") }
    if settings.mode == .weighted, !otherLuaValues(object).isEmpty,
      object.at("records", settings.type, "comments")?.array?.isEmpty == false
    {
      throw RouteProblem("\(address) has comments, which would be lost among those of its other LUA records")
    }
    if settings.mode == .weighted, object["lua"]?.bool == false, !settings.hasLuaRecords {
      throw RouteProblem(
        "\(address) cannot be split: the server \(settings.server) answers no LUA records (enable-lua-records); "
          + "mode cutover does without"
      )
    }
  }

  private func unknownValues(_ object: JSONValue) -> String {
    guard let live = object.at("records", settings.type) else {
      return luaValues(object).contains { LuaChoice.type(of: $0) == settings.type }
        ? "\(address) has a LUA record of somebody else for \(settings.type)"
        : "\(address) has no \(settings.type) record: it must have the stable values before the first release"
    }
    if live["disabled"]?.array?.isEmpty == false {
      return "\(address) has disabled \(settings.type) records, which would be lost"
    }
    let known = settings.canary + settings.stable
    let other = (live["values"]?.array ?? []).compactMap(\.string).first { !known.contains(normal($0) ?? $0) }
    return other.map { "\(address) has the value \($0), which is neither the canary's nor that of stable" }
      ?? "\(address) has \(settings.type) records of both parts, or beside a LUA record"
  }

  // MARK: - What is there

  /// The weights of both parts, whatever their sum; nil when the records are not those of a router.
  private func split(_ object: JSONValue) -> (canary: Int, stable: Int)? {
    let lua = luaValues(object).filter { LuaChoice.type(of: $0) == settings.type }
    guard let live = object.at("records", settings.type) else {
      guard lua.count == 1, let choice = LuaChoice(lua[0]) else { return nil }
      let values = choice.parts.compactMap { normal($0.value) }
      guard values.allSatisfy({ settings.canary.contains($0) || settings.stable.contains($0) }) else {
        return nil
      }
      let canary = zip(values, choice.parts).filter { settings.canary.contains($0.0) }
        .reduce(0) { $0 + $1.1.weight }
      return (canary, choice.parts.reduce(0) { $0 + $1.weight } - canary)
    }
    guard lua.isEmpty, live["disabled"]?.array?.isEmpty != false else { return nil }
    let values = (live["values"]?.array ?? []).compactMap(\.string).compactMap(normal)
    guard !values.isEmpty, values.count == live["values"]?.array?.count else { return nil }
    if values.allSatisfy(settings.stable.contains) { return (0, 1) }
    return values.allSatisfy(settings.canary.contains) ? (1, 0) : nil
  }

  package func canaryWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let split = live[address].flatMap(split) else { return nil }
    return Share.part(split.canary, of: split.canary + split.stable, total: weights.total)
  }

  package func stableWeight(_ weights: TrafficWeights, _ live: LiveRoutes) -> Int? {
    guard let split = live[address].flatMap(split) else { return nil }
    return Share.part(split.stable, of: split.canary + split.stable, total: weights.total)
  }

  /// A record has addresses, not Services: those of experiments are never among them.
  /// The server has the records; nobody tells when its secondaries and the resolvers have them.
  package func proof(_ weights: TrafficWeights, _ live: LiveRoutes) -> RouteProof { .silent("PowerDNS") }

  package func leads(to service: String, _ live: LiveRoutes) -> Bool { false }

  /// Who asks keeps the answer for its time to live.
  package func lingering(_ live: LiveRoutes) -> Duration {
    let records = live[address]?["records"]
    let times = [settings.type, "LUA"].compactMap { records?[$0]?["ttl"]?.int } + [settings.timeToLive ?? 0]
    return .seconds(min(604_800, max(0, times.max() ?? 0)))
  }

  /// Resolvers are kept, and by them their users.
  package func canStick(_ stickiness: Stickiness) -> Bool {
    stickiness == .both && settings.mode == .weighted
  }
}

extension TrafficRouting {
  /// The key of `plugins` under which a Rollout names its record set of PowerDNS.
  package static let powerDNSPlugin = "serin.dev/powerdns"

  @Sendable static func powerDNSUnits(_ routing: JSONValue, _ rollout: ObjectKey) -> [Unit] {
    guard let plugin = routing.at("plugins", powerDNSPlugin) else { return [] }
    let router = PowerDNSRouter(plugin, rollout: rollout)
    return [Unit(router: router, field: "plugins.\(powerDNSPlugin).name")]
  }
}
