import AnalysisCore
import Primitives

/// An answer of Datadog's scalar API: columns, of tags for grouped queries and of numbers.
struct DatadogScalars {
  /// As many groups as are told in a measurement's metadata: half of them the lowest, half the highest.
  private static let toldGroups = 100

  let answer: ProviderAnswer

  init(_ json: JSONValue) throws(ProviderFailure) {
    if let errors = json["errors"], let words = Self.words(errors) {
      throw ProviderFailure("the server answered: \(words)")
    }
    guard let columns = json["data"]?["attributes"]?["columns"]?.array else {
      throw ProviderFailure("the answer has no columns: \(ProviderRequest.excerpt(json.bytes()))")
    }
    let names = columns.filter { $0["type"] == "group" }
    guard let numbers = columns.first(where: { $0["type"] == "number" })?["values"]?.array else {
      answer = ProviderAnswer(value: names.isEmpty ? .missing : .list([]), valueText: "[]")
      return
    }
    guard numbers.allSatisfy({ $0.isNull || $0.double != nil }) else {
      throw ProviderFailure(
        "a malformed column: \(ProviderRequest.excerpt(JSONValue.array(numbers).bytes()))"
      )
    }
    guard !names.isEmpty else {
      let first = numbers.first?.double
      answer =
        first.map { ProviderAnswer(value: .number($0)) } ?? ProviderAnswer(value: .missing, valueText: "[]")
      return
    }
    var groups: [(tags: JSONValue, number: Double)] = []
    for (row, number) in numbers.enumerated() {
      guard let number = number.double else { continue }
      groups.append((Self.tags(names, row), number))
    }
    answer = ProviderAnswer(value: .list(groups.map(\.number)), metadata: Self.told(groups))
  }

  /// The tags of a row, such as `{"service": "web"}`.
  private static func tags(_ columns: [JSONValue], _ row: Int) -> JSONValue {
    var tags: JSONValue = [:]
    for column in columns {
      let values = (column["values"]?[row]?.array ?? []).compactMap(\.string)
      tags[column["name"]?.string ?? ""] = .string(values.joined(separator: ","))
    }
    return tags
  }

  private static func told(_ groups: [(tags: JSONValue, number: Double)]) -> [String: String] {
    guard !groups.isEmpty else { return [:] }
    var told = groups
    if groups.count > toldGroups {
      told.sort { $0.number < $1.number }
      told.removeSubrange(toldGroups / 2..<told.count - toldGroups / 2)
    }
    let list = told.map { group -> JSONValue in ["group": group.tags, "value": .double(group.number)] }
    let metadata = ["groups": JSONValue.array(list).text()]
    return groups.count > toldGroups
      ? metadata.merging(["groups_truncated": "true"]) { first, _ in first } : metadata
  }

  private static func words(_ errors: JSONValue) -> String? {
    if let text = errors.string { return text.isEmpty ? nil : text }
    let all = (errors.array ?? []).map { $0.string ?? $0["detail"]?.string ?? $0.text() }
    return all.isEmpty ? nil : all.joined(separator: "; ")
  }
}
