import KubeModel
import Primitives

/// Compares an answer with a recorded one after leaving out what cannot be the same: identities, times, versions.
struct Comparison {
  /// Recorded identities and versions, and ours in their place.
  private(set) var uids: [String: String] = [:]
  private(set) var versions: [String: String] = [:]

  /// Learns which of our identities and versions stand for the recorded ones.
  mutating func learn(recorded: JSONValue, ours: JSONValue) {
    switch (recorded, ours) {
    case (.object(let left), .object(let right)):
      if let uid = left["uid"]?.string, let mine = right["uid"]?.string { uids[uid] = mine }
      if let version = left["resourceVersion"]?.string, let mine = right["resourceVersion"]?.string {
        versions[version] = mine
      }
      if let token = left["continue"]?.string, let mine = right["continue"]?.string { versions[token] = mine }
      for (key, value) in left { right[key].map { learn(recorded: value, ours: $0) } }
    case (.array(let left), .array(let right)):
      for (left, right) in zip(left, right) { learn(recorded: left, ours: right) }
    default: break
    }
  }

  /// A recorded text with our identities in place of the recorded ones.
  func translated(_ text: String) -> String {
    var text = text
    for (recorded, ours) in uids { text = text.replacing(recorded, with: ours) }
    return text
  }

  /// A recorded body as we must send it.
  func translated(_ value: JSONValue, key: String = "") -> JSONValue {
    switch value {
    case .string(let text):
      key == "resourceVersion" ? .string(versions[text] ?? text) : .string(translated(text))
    case .array(let elements): .array(elements.map { translated($0) })
    case .object(let fields):
      .object(JSONFields(fields.map { ($0.key, translated($0.value, key: $0.key)) }))
    default: value
    }
  }

  func translated(target: String) -> String {
    var target = target
    for (recorded, ours) in versions {
      target = target.replacing("resourceVersion=\(recorded)", with: "resourceVersion=\(ours)")
      target = target.replacing("continue=\(recorded)", with: "continue=\(ours)")
    }
    return target
  }

  private static let ignored: Set<String> = [
    "managedFields", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "lastTransitionTime",
    "lastUpdateTime", "lastProbeTime", "time", "description", "storageVersionHash", "continue", "clusterIP",
    "clusterIPs", "extra",
  ]

  /// What is left to compare.
  static func essence(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(var fields):
      let isGenerated = fields["generateName"] != nil
      for key in ignored { fields[key] = nil }
      if isGenerated { fields["name"] = fields["name"] == nil ? nil : "GENERATED" }
      return .object(fields.mapValues(essence))
    case .array(let elements): return .array(elements.map(essence))
    case .string(let text): return .string(withoutIdentities(text))
    default: return value
    }
  }

  /// Ages and identities inside of texts.
  private static func withoutIdentities(_ text: String) -> String {
    if text.wholeMatch(of: /[0-9]+s/) != nil { return "AGE" }
    if text.wholeMatch(of: /e\.[a-z0-9]{5}/) != nil { return "e.GENERATED" }
    return text.replacing(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/, with: "UID")
      .replacing(/"e\.[a-z0-9]{5}"/, with: "\"e.GENERATED\"")
  }

  /// What two lists of kinds have in common: entries of the same name, and fields that both have.
  static func common(_ left: JSONValue, _ right: JSONValue) -> (JSONValue, JSONValue) {
    switch (left, right) {
    case (.object(let first), .object(let second)):
      var results: (JSONFields, JSONFields) = ([:], [:])
      for key in first.keys {
        guard let theirs = first[key], let mine = second[key] else { continue }
        guard key != "serverRelativeURL" else { continue }
        (results.0[key], results.1[key]) = common(theirs, mine)
      }
      return (.object(results.0), .object(results.1))
    case (.array(let first), .array(let second)):
      let names = Set(first.map(label)).intersection(second.map(label))
      let ordered = { (list: [JSONValue]) in
        list.filter { names.contains(label($0)) }.sorted { label($0) < label($1) }
      }
      let pairs = zip(ordered(first), ordered(second)).map { common($0, $1) }
      return (.array(pairs.map(\.0)), .array(pairs.map(\.1)))
    default: return (left, right)
    }
  }

  private static func label(_ value: JSONValue) -> String {
    let name = value["name"] ?? value.at("metadata", "name") ?? value["resource"] ?? value["subresource"]
    return (name ?? value).text()
  }

  /// The first difference between two bodies, as a line; nil when they are the same.
  static func difference(_ recorded: JSONValue, _ ours: JSONValue, at path: String = "") -> String? {
    switch (recorded, ours) {
    case (.object(let left), .object(let right)):
      for key in Set(left.keys).union(right.keys).sorted() {
        guard let mine = right[key] else { return "\(path).\(key) is missing: \(left[key] ?? .null)" }
        guard let theirs = left[key] else { return "\(path).\(key) is too much: \(mine)" }
        if let line = difference(theirs, mine, at: "\(path).\(key)") { return line }
      }
      return nil
    case (.array(let left), .array(let right)):
      guard left.count == right.count else {
        return "\(path) has \(right.count) elements, not \(left.count): \(ours)"
      }
      for (index, pair) in zip(left, right).enumerated() {
        if let line = difference(pair.0, pair.1, at: "\(path)[\(index)]") { return line }
      }
      return nil
    default: return recorded == ours ? nil : "\(path) is \(ours), not \(recorded)"
    }
  }
}
