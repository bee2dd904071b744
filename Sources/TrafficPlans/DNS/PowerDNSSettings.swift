import Primitives

/// What `plugins` of a Rollout says of a record set of PowerDNS.
struct PowerDNSSettings: Sendable {
  enum Mode: String, CaseIterable {
    /// Each question has the canary's values with the probability of its weight.
    case weighted
    /// All questions have the canary's values at the full weight, and none before.
    case cutover
  }

  let server: String
  let serverID: String
  /// The zone and the name in their one form; as written where they have none.
  let zone: String
  let name: String
  let type: String
  /// Nil leaves that of the record set as it is.
  let timeToLive: Int?
  let canary: [String]
  let stable: [String]
  let mode: Mode
  /// Whether the zone answers LUA records although the server as a whole does not.
  let hasLuaRecords: Bool
  let faults: [RouterFault]
  /// Where the record set is found.
  let place: OutsidePlace

  init(_ json: JSONValue) {
    server = json["url"]?.string ?? ""
    serverID = json["serverId"]?.string ?? "localhost"
    zone = Self.normalName(json["zone"])
    name = Self.normalName(json["name"])
    type = (json["type"]?.string ?? "A").uppercased()
    timeToLive = json["ttl"]?.int
    mode = json["mode"]?.string.flatMap(Mode.init) ?? .weighted
    hasLuaRecords = json["luaRecords"]?.bool ?? false
    let type = type
    canary = Self.values(json["canary"]).map { DNSValue.normal($0, type: type) ?? $0 }
    stable = Self.values(json["stable"]).map { DNSValue.normal($0, type: type) ?? $0 }
    place = OutsidePlace(
      .recordSet,
      settings: [
        "url": .string(server), "serverId": .string(serverID), "zone": .string(zone), "name": .string(name),
        "secretRef": json["secretRef"] ?? .null,
      ]
    )
    faults = Self.faults(json, zone: zone, name: name, type: type)
  }

  private static func normalName(_ json: JSONValue?) -> String {
    let given = json?.string ?? ""
    return DNSValue.normalName(given) ?? given
  }

  private static func values(_ json: JSONValue?) -> [String] { (json?.array ?? []).compactMap(\.string) }

  private static func faults(_ json: JSONValue, zone: String, name: String, type: String) -> [RouterFault] {
    var faults = Faults(json: json)
    let url = json["url"]?.string ?? ""
    faults.expect(url.hasPrefix("http://") || url.hasPrefix("https://"), "url", "it is no URL")
    let secret = [json.at("secretRef", "name"), json.at("secretRef", "key")]
    faults.expect(
      secret.allSatisfy { $0?.string?.isEmpty == false },
      "secretRef",
      "it must have the name and the key of a Secret with the API key"
    )
    faults.expect(DNSValue.normalName(zone) != nil, "zone", "it is no name of a zone")
    faults.expect(DNSValue.normalName(name) != nil, "name", "it is no name of a host")
    faults.expect(DNSValue.isName(name, in: zone), "name", "it is not in the zone \(zone)")
    let types = DNSValue.types.joined(separator: ", ")
    faults.expect(DNSValue.types.contains(type), "type", "it is none of \(types)")
    faults.expect(
      json["mode"].map { $0.string.flatMap(Mode.init) != nil } ?? true,
      "mode",
      "it is neither weighted nor cutover"
    )
    faults.expect(
      json["ttl"].map { $0.int.map { (0...604_800).contains($0) } ?? false } ?? true,
      "ttl",
      "it is not 0 to 604800 seconds"
    )
    faults.expect(type != "CNAME" || name != zone, "type", "a zone itself cannot be a CNAME")
    for part in ["canary", "stable"] { faults.check(part, name, type) }
    let common = Set(values(json["canary"])).intersection(values(json["stable"]))
    faults.expect(common.isEmpty, "canary", "it has a value of stable")
    return faults.found
  }

  /// What was found wrong so far.
  private struct Faults {
    let json: JSONValue
    var found: [RouterFault] = []

    init(json: JSONValue) { self.json = json }

    mutating func expect(_ isRight: Bool, _ field: String, _ detail: String) {
      guard !isRight else { return }
      found.append(RouterFault(field: field, value: json[field] ?? .null, detail: detail))
    }

    mutating func check(_ part: String, _ name: String, _ type: String) {
      let given = values(json[part])
      let isList = json[part]?.array?.count == given.count && (1...32).contains(given.count)
      expect(isList, part, "it must be a list of 1 to 32 values")
      let normal = given.compactMap { DNSValue.normal($0, type: type) }
      expect(normal.count == given.count, part, "it has a value that no \(type) record can have")
      expect(Set(normal).count == normal.count, part, "it has a value twice")
      guard type == "CNAME" else { return }
      expect(given.count < 2, part, "a name has one CNAME only")
      expect(!normal.contains(name), part, "the name would lead to itself")
    }
  }
}
