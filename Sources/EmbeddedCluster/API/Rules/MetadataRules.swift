import KubeModel
import Primitives

/// Checks of names, labels and finalizers.
enum MetadataRules {
  static let labelNameText =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
    + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  static let serviceNameText =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
    + "character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for "
    + "validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
  static let subdomainText =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
    + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

  static func faults(in object: JSONValue, old: JSONValue?, _ type: ResourceType) -> [FieldError] {
    var faults: [FieldError] = []
    if old == nil, let text = nameFault(object.name, type) {
      faults.append(.invalid("metadata.name", .string(object.name), text))
    }
    if old == nil, type != .events, let prefix = object.at("metadata", "generateName")?.string,
      !prefix.isEmpty,
      let text = nameFault(prefix.hasSuffix("-") ? prefix.dropLast() + "a" : prefix, type)
    {
      faults.append(.invalid("metadata.generateName", .string(prefix), text))
    }
    faults += labelFaults(object)
    guard let old, old.isBeingDeleted else { return faults }
    let before = old.at("metadata", "finalizers")?.array ?? []
    let added = (object.at("metadata", "finalizers")?.array ?? []).filter { !before.contains($0) }
    if !added.isEmpty {
      let list = added.map { $0.text() }.joined(separator: ", ")
      faults.append(
        .forbidden(
          "metadata.finalizers",
          "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}"
        )
      )
    }
    return faults
  }

  private static func nameFault(_ name: String, _ type: ResourceType) -> String? {
    switch (type.group, type.kind) {
    case ("", "Namespace"): isLabelName(name) && name.utf8.count <= 63 ? nil : labelNameText
    case ("", "Service"):
      isLabelName(name) && name.utf8.count <= 63 && name.first?.isNumber == false ? nil : serviceNameText
    case ("rbac.authorization.k8s.io", _): nil
    default: isSubdomain(name) && name.utf8.count <= 253 ? nil : subdomainText
    }
  }

  private static func labelFaults(_ object: JSONValue) -> [FieldError] {
    var faults: [FieldError] = []
    for (key, value) in object.labels.sorted(by: { $0.key < $1.key }) {
      if !isQualifiedName(key) {
        faults.append(.invalid("metadata.labels", .string(key), qualifiedNameText))
      }
      if !isLabelValue(value) {
        faults.append(.invalid("metadata.labels", .string(value), labelValueText))
      }
    }
    return faults
  }

  private static let qualifiedNameText =
    "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    + "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
    + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
  private static let labelValueText =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
    + "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
    + "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

  static func isSubdomain(_ name: String) -> Bool {
    name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabelName(String($0)) }
  }

  static func isLabelName(_ name: String) -> Bool {
    isWord(name) {
      $0.isASCII && ($0.isLowercase || $0.isNumber)
    } inner: {
      $0 == "-"
    }
  }

  private static func isLabelValue(_ value: String) -> Bool {
    value.isEmpty || value.utf8.count <= 63 && isFreeWord(value)
  }

  private static func isQualifiedName(_ key: String) -> Bool {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let name = parts.last, parts.count <= 2, name.utf8.count <= 63, isFreeWord(name) else {
      return false
    }
    return parts.count == 1 || isSubdomain(parts[0])
  }

  private static func isFreeWord(_ text: String) -> Bool {
    isWord(text) {
      $0.isASCII && ($0.isLetter || $0.isNumber)
    } inner: {
      "-_.".contains($0)
    }
  }

  private static func isWord(
    _ text: String,
    _ outer: (Character) -> Bool,
    inner: (Character) -> Bool
  ) -> Bool {
    guard let first = text.first, let last = text.last, outer(first), outer(last) else { return false }
    return text.allSatisfy { outer($0) || inner($0) }
  }
}
