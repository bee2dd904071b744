import KubeModel
import Primitives

/// The rules of Kubernetes for the containers and volumes of a pod, as far as mistakes are made in them.
struct PodValidation {
  private let pod: JSONValue
  private let path: String

  init(_ pod: JSONValue, _ path: String) {
    self.pod = pod
    self.path = path
  }

  func issues() -> [SpecIssue] {
    var issues = volumeIssues()
    let containers = pod["containers"]?.array ?? []
    if containers.isEmpty { issues.append(.required("\(path).containers")) }
    var names: Set<String> = []
    for field in ["containers", "initContainers"] {
      for (index, container) in (pod[field]?.array ?? []).enumerated() {
        issues += containerIssues(container, "\(path).\(field)[\(index)]", &names)
      }
    }
    if pod["ephemeralContainers"]?.array?.isEmpty == false {
      issues.append(
        .forbidden("\(path).ephemeralContainers", "ephemeral containers not allowed in pod template")
      )
    }
    return issues
  }

  private func containerIssues(_ container: JSONValue, _ path: String, _ names: inout Set<String>)
    -> [SpecIssue]
  {
    var issues: [SpecIssue] = []
    let name = container["name"]?.string ?? ""
    if name.isEmpty {
      issues.append(.required("\(path).name"))
    } else if !Name.isLabel(name) {
      issues.append(.invalid("\(path).name", .string(name), Name.labelRule))
    } else if !names.insert(name).inserted {
      issues.append(.duplicate("\(path).name", .string(name)))
    }
    let image = container["image"]?.string ?? ""
    if image.isEmpty {
      issues.append(.required("\(path).image"))
    } else if image.first?.isWhitespace == true || image.last?.isWhitespace == true {
      issues.append(.invalid("\(path).image", .string(image), "must not begin or end with a blank"))
    }
    issues += choice(container, "imagePullPolicy", ["Always", "IfNotPresent", "Never"], path)
    for (index, variable) in (container["env"]?.array ?? []).enumerated()
    where (variable["name"]?.string ?? "").isEmpty {
      issues.append(.required("\(path).env[\(index)].name"))
    }
    return issues + portIssues(container, path) + mountIssues(container, path)
  }

  private func portIssues(_ container: JSONValue, _ path: String) -> [SpecIssue] {
    var issues: [SpecIssue] = []
    var names: Set<String> = []
    for (index, port) in (container["ports"]?.array ?? []).enumerated() {
      let path = "\(path).ports[\(index)]"
      if let name = port["name"]?.string, !name.isEmpty, !names.insert(name).inserted {
        issues.append(.duplicate("\(path).name", .string(name)))
      }
      if let number = port.given("containerPort"), number != 0 {
        if !(1...65535).contains(number.int ?? 0) {
          issues.append(.invalid("\(path).containerPort", number, "must be between 1 and 65535, inclusive"))
        }
      } else {
        issues.append(.required("\(path).containerPort"))
      }
      issues += choice(port, "protocol", ["SCTP", "TCP", "UDP"], path)
    }
    return issues
  }

  private func mountIssues(_ container: JSONValue, _ path: String) -> [SpecIssue] {
    let volumes = (pod["volumes"]?.array ?? []).compactMap { $0["name"]?.string }
    var issues: [SpecIssue] = []
    for (index, mount) in (container["volumeMounts"]?.array ?? []).enumerated() {
      let path = "\(path).volumeMounts[\(index)]"
      let name = mount["name"]?.string ?? ""
      if name.isEmpty {
        issues.append(.required("\(path).name"))
      } else if !volumes.contains(name) {
        issues.append(.notFound("\(path).name", .string(name)))
      }
      if (mount["mountPath"]?.string ?? "").isEmpty { issues.append(.required("\(path).mountPath")) }
    }
    return issues
  }

  private func volumeIssues() -> [SpecIssue] {
    var names: Set<String> = []
    return (pod["volumes"]?.array ?? []).enumerated().compactMap { index, volume in
      let path = "\(path).volumes[\(index)].name"
      let name = volume["name"]?.string ?? ""
      if name.isEmpty { return .required(path) }
      if !Name.isLabel(name) { return .invalid(path, .string(name), Name.labelRule) }
      return names.insert(name).inserted ? nil : .duplicate(path, .string(name))
    }
  }

  private func choice(_ object: JSONValue, _ field: String, _ supported: [String], _ path: String)
    -> [SpecIssue]
  {
    guard let value = object[field]?.string, !value.isEmpty, !supported.contains(value) else { return [] }
    return [.unsupported("\(path).\(field)", .string(value), supported: supported)]
  }
}

/// Kubernetes' rules for names.
enum Name {
  static let labelRule =
    "must consist of lower case letters, digits and '-', begin and end with a letter or digit, and have at most "
    + "63 characters"

  /// Whether it is an RFC 1123 label.
  static func isLabel(_ text: String) -> Bool {
    text.utf8.count <= 63 && hasEnds(text) && text.utf8.allSatisfy { isLower($0) || $0 == UInt8(ascii: "-") }
  }

  /// Whether it is an RFC 1123 subdomain: labels with dots between.
  static func isSubdomain(_ text: String) -> Bool {
    text.utf8.count <= 253
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        hasEnds(String(part)) && part.utf8.allSatisfy { isLower($0) || $0 == UInt8(ascii: "-") }
      }
  }

  /// Whether it can be a label's value or the name in its key.
  static func isLabelPart(_ text: String) -> Bool {
    let text = text.lowercased()
    return text.utf8.count <= 63 && hasEnds(text)
      && text.utf8.allSatisfy { isLower($0) || "-_.".utf8.contains($0) }
  }

  private static func hasEnds(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return false }
    return isLower(first) && isLower(last)
  }

  private static func isLower(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
