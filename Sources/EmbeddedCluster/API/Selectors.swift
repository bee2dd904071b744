import KubeModel
import Primitives

/// Selects objects by labels and by a few fields.
struct ObjectFilter: Sendable {
  var labels: LabelSelector?
  var fields: [FieldRequirement] = []

  /// One requirement of a field selector.
  struct FieldRequirement: Sendable {
    let path: String
    let value: String
    let isEqual: Bool
  }

  /// Reads `labelSelector` and `fieldSelector`.
  ///
  /// - Throws: `APIError` 400 for a text that cannot be read, or a field that cannot be selected by.
  init(_ query: QueryParameters, _ resource: ServedResource) throws(APIError) {
    if let text = query["labelSelector"], !text.isEmpty {
      labels = try LabelSelectorParser.parse(text)
    }
    for part in (query["fieldSelector"] ?? "").split(separator: ",") {
      let isEqual = !part.contains("!=")
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw .badRequest("invalid selector: '\(part)'; can't understand '\(part)'")
      }
      var path = String(sides[0]).trimmingBlanks()
      if !isEqual { path.removeLast() }
      var value = String(sides[1]).trimmingBlanks()
      if value.hasPrefix("=") { value.removeFirst() }
      guard Self.isSelectable(path, resource) else {
        throw .badRequest(
          "\"\(path)\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        )
      }
      fields.append(FieldRequirement(path: path, value: value, isEqual: isEqual))
    }
  }

  init() {}

  var isEmpty: Bool { labels == nil && fields.isEmpty }

  func matches(_ object: JSONValue) -> Bool {
    if let labels, !labels.matches(object.labels) { return false }
    return fields.allSatisfy { ($0.value == Self.text(object, $0.path)) == $0.isEqual }
  }

  /// The one name that the selector allows, for which a list needs no scan.
  var name: String? { fields.first { $0.path == "metadata.name" && $0.isEqual }?.value }

  private static func text(_ object: JSONValue, _ path: String) -> String {
    switch object.at(path.split(separator: ".").map(String.init)) {
    case .string(let text)?: text
    case .bool(let flag)?: String(flag)
    case .int(let number)?: String(number)
    default: path == "spec.unschedulable" || path == "spec.hostNetwork" ? "false" : ""
    }
  }

  private static let selectable: [String: Set<String>] = [
    "Pod": [
      "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
      "spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
    ],
    "Event": [
      "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
      "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
      "reportingComponent", "source", "type", "regarding.kind", "regarding.namespace", "regarding.name",
      "regarding.uid",
    ],
    "Secret": ["type"], "Namespace": ["status.phase"], "Node": ["spec.unschedulable"],
    "ReplicaSet": ["status.replicas"], "Job": ["status.successful"],
    "Service": ["spec.clusterIP", "spec.type"], "ReplicationController": ["status.replicas"],
  ]

  private static func isSelectable(_ path: String, _ resource: ServedResource) -> Bool {
    if path == "metadata.name" || path == "metadata.namespace" { return true }
    if resource.isCustom { return resource.selectableFields.contains("." + path) }
    return selectable[resource.type.kind]?.contains(path) ?? false
  }
}

/// Reads label selectors as `kubectl -l` takes them: `a=b,c!=d,e in (f,g),h,!i`.
enum LabelSelectorParser {
  static func parse(_ text: String) throws(APIError) -> LabelSelector {
    var requirements: [LabelSelector.Requirement] = []
    for part in split(text) { requirements.append(try requirement(part.trimmingBlanks())) }
    return LabelSelector(requirements)
  }

  /// Parts between the commas that are outside of parentheses.
  private static func split(_ text: String) -> [String] {
    var parts: [String] = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth == 0 { parts.append("") } else { parts[parts.count - 1].append(character) }
    }
    return parts
  }

  private static func requirement(_ text: String) throws(APIError) -> LabelSelector.Requirement {
    if text.hasPrefix("!") { return .doesNotExist(try key(String(text.dropFirst()))) }
    for (sign, isEqual) in [("!=", false), ("==", true), ("=", true)] {
      guard let range = text.firstRange(of: sign) else { continue }
      let name = try key(String(text[..<range.lowerBound]))
      let value = String(text[range.upperBound...]).trimmingBlanks()
      return isEqual ? .equals(name, value) : .notIn(name, [value])
    }
    guard let open = text.firstIndex(of: "(") else { return .exists(try key(text)) }
    let words = text[..<open].split(separator: " ")
    let values = text[text.index(after: open)...].prefix { $0 != ")" }
      .split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmingBlanks() }
    guard words.count == 2, text.hasSuffix(")") else { throw unreadable(text, "identifier") }
    switch words[1] {
    case "in": return .isIn(try key(String(words[0])), values)
    case "notin": return .notIn(try key(String(words[0])), values)
    default: throw unreadable(String(words[1]), "in, notin, =, ==, !=, gt, lt")
    }
  }

  private static func key(_ text: String) throws(APIError) -> String {
    let key = text.trimmingBlanks()
    guard let first = key.first, first.isLetter || first.isNumber, !key.contains(" ") else {
      throw unreadable(key.first.map(String.init) ?? "", "identifier")
    }
    return key
  }

  private static func unreadable(_ found: String, _ expected: String) -> APIError {
    .badRequest("unable to parse requirement: found '\(found)', expected: \(expected)")
  }
}
