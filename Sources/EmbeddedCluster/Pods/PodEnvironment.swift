import KubeModel
import Primitives

/// Why a container cannot be configured: a named thing is missing.
struct PodConfigurationError: Error, Sendable, Equatable {
  let message: String
}

/// The environment of a container, from its pod and the objects that it names.
struct PodEnvironment: Sendable {
  let pod: JSONValue
  /// Finds a ConfigMap or Secret of the pod's namespace; nil when it is missing.
  let lookup: @Sendable (ResourceType, String) -> JSONValue?

  /// The variables of a container in order; later ones may use earlier ones as `$(NAME)`.
  ///
  /// - Throws: `PodConfigurationError` when a ConfigMap, Secret or key is missing that is not optional.
  func variables(of container: JSONValue) throws(PodConfigurationError) -> [(name: String, value: String)] {
    var known: [String: String] = [:]
    var order: [String] = []
    func add(_ name: String, _ value: String) {
      if known.updateValue(value, forKey: name) == nil { order.append(name) }
    }
    for source in container["envFrom"]?.array ?? [] {
      for (name, value) in try all(of: source) { add((source["prefix"]?.string ?? "") + name, value) }
    }
    for variable in container["env"]?.array ?? [] {
      guard let name = variable["name"]?.string else { continue }
      if let source = variable["valueFrom"] {
        if let value = try value(from: source) { add(name, value) }
      } else {
        add(name, Self.expand(variable["value"]?.string ?? "", known))
      }
    }
    return order.map { ($0, known[$0] ?? "") }
  }

  /// Replaces `$(NAME)` by the variable's value; unknown names stay, `$$` is a dollar sign.
  static func expand(_ text: String, _ variables: [String: String]) -> String {
    var output = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      output += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        output += "$"
        rest = rest.dropFirst()
      } else if rest.first == "(", let close = rest.firstIndex(of: ")") {
        let name = String(rest[rest.index(after: rest.startIndex)..<close])
        output += variables[name] ?? "$(\(name))"
        rest = rest[rest.index(after: close)...]
      } else {
        output += "$"
      }
    }
    return output + rest
  }

  private func value(from source: JSONValue) throws(PodConfigurationError) -> String? {
    if let path = source.at("fieldRef", "fieldPath")?.string { return try field(path) }
    if let reference = source["configMapKeyRef"] { return try key(reference, .configMaps) }
    if let reference = source["secretKeyRef"] { return try key(reference, .secrets) }
    return nil
  }

  private func key(_ reference: JSONValue, _ type: ResourceType) throws(PodConfigurationError) -> String? {
    let (name, key) = (reference["name"]?.string ?? "", reference["key"]?.string ?? "")
    let isOptional = reference["optional"]?.bool ?? false
    guard let object = lookup(type, name) else {
      if isOptional { return nil }
      throw PodConfigurationError(message: "\(type.kind.lowercased()) \"\(name)\" not found")
    }
    if let value = Self.data(of: object, type)[key] { return value }
    if isOptional { return nil }
    throw PodConfigurationError(
      message: "couldn't find key \(key) in \(type.kind) \(pod.namespace)/\(name)"
    )
  }

  private func all(of source: JSONValue) throws(PodConfigurationError) -> [(String, String)] {
    for (field, type) in [("configMapRef", ResourceType.configMaps), ("secretRef", .secrets)] {
      guard let reference = source[field] else { continue }
      let name = reference["name"]?.string ?? ""
      guard let object = lookup(type, name) else {
        if reference["optional"]?.bool == true { return [] }
        throw PodConfigurationError(message: "\(type.kind.lowercased()) \"\(name)\" not found")
      }
      return Self.data(of: object, type).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
    return []
  }

  private static func data(of object: JSONValue, _ type: ResourceType) -> [String: String] {
    let data = object["data"]?.strings ?? [:]
    guard type == .secrets else { return data }
    let plain = object["stringData"]?.strings ?? [:]
    return data.compactMapValues(base64Text).merging(plain) { $1 }
  }

  private func field(_ path: String) throws(PodConfigurationError) -> String {
    switch path {
    case "metadata.name": return pod.name
    case "metadata.namespace": return pod.namespace
    case "metadata.uid": return pod.uid
    case "spec.nodeName": return pod.spec["nodeName"]?.string ?? ""
    case "spec.serviceAccountName": return pod.spec["serviceAccountName"]?.string ?? "default"
    case "status.podIP", "status.podIPs": return pod.status["podIP"]?.string ?? ""
    case "status.hostIP", "status.hostIPs": return pod.status["hostIP"]?.string ?? "127.0.0.1"
    default: break
    }
    for (prefix, values) in [("metadata.labels['", pod.labels), ("metadata.annotations['", pod.annotations)]
    where path.hasPrefix(prefix) && path.hasSuffix("']") {
      return values[String(path.dropFirst(prefix.count).dropLast(2))] ?? ""
    }
    throw PodConfigurationError(message: "unsupported fieldPath: \(path)")
  }
}

/// Standard base64 as text; nil when it is not base64. Bytes that are no UTF-8 become replacement characters.
func base64Text(_ text: String) -> String? {
  var bytes: [UInt8] = []
  var (bits, count): (UInt32, Int) = (0, 0)
  for letter in text.utf8 where letter != 0x0A && letter != 0x0D {
    let value: UInt8
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = letter - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): value = letter - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): value = letter + 4
    case UInt8(ascii: "+"): value = 62
    case UInt8(ascii: "/"): value = 63
    case UInt8(ascii: "="): continue
    default: return nil
    }
    bits = bits << 6 | UInt32(value)
    count += 6
    guard count >= 8 else { continue }
    count -= 8
    bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
  }
  return String(decoding: bytes, as: UTF8.self)
}
