import Primitives

/// The record sets of a name between the form that PowerDNS has and the one that routers read: by type, with the values
/// sorted, since they have no order.
enum RecordSets {
  /// The sets of the name by type.
  static func records(_ sets: JSONValue?, name: String) -> JSONValue {
    var records: [(String, JSONValue)] = []
    for set in sets?.array ?? [] where set["name"]?.string?.lowercased() == name {
      guard let type = set["type"]?.string else { continue }
      let contents = set["records"]?.array ?? []
      var record: JSONValue = [
        "ttl": set["ttl"] ?? 0, "values": values(contents.filter { $0["disabled"]?.bool != true }),
      ]
      let disabled = contents.filter { $0["disabled"]?.bool == true }
      if !disabled.isEmpty { record["disabled"] = values(disabled) }
      if let comments = set["comments"], comments.array?.isEmpty == false { record["comments"] = comments }
      records.append((type, record))
    }
    return .object(JSONFields(records))
  }

  private static func values(_ contents: [JSONValue]) -> JSONValue {
    .array(contents.compactMap { $0["content"]?.string }.sorted().map { .string($0) })
  }

  /// A text that is another one when the records are; the time of a comment does not count.
  static func version(_ records: JSONValue) -> String {
    let hash = records.text().utf8.reduce(UInt64(14_695_981_039_346_656_037)) {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    return String(hash, radix: 16)
  }

  /// What the API is asked to do: sets that go come first, and all of it is one transaction.
  static func changes(from live: JSONValue?, to wanted: JSONValue?, name: String) -> [JSONValue] {
    let (before, after) = (live?.object ?? [:], wanted?.object ?? [:])
    let gone = before.keys.filter { after[$0] == nil }.sorted().map { type -> JSONValue in
      ["name": .string(name), "type": .string(type), "changetype": "DELETE"]
    }
    let changed = after.keys.filter { after[$0] != before[$0] }.sorted().map { type -> JSONValue in
      let set = after[type] ?? .null
      let records =
        [("values", false), ("disabled", true)].flatMap { field, isDisabled in
          (set[field]?.array ?? []).map { ["content": $0, "disabled": .bool(isDisabled)] as JSONValue }
        }
      return [
        "name": .string(name), "type": .string(type), "changetype": "REPLACE", "ttl": set["ttl"] ?? 0,
        "records": .array(records), "comments": set["comments"] ?? [],
      ]
    }
    return gone + changed
  }
}
