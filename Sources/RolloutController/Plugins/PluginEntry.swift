import Primitives
import YAMLEdit

/// What plugins are for, with the key of the ConfigMap that lists them (reference, section 6.10).
enum PluginKind: String, Sendable, CaseIterable {
  case router = "trafficRouterPlugins"
  case metric = "metricProviderPlugins"
  case step = "stepPlugins"

  /// As messages and requests name it.
  var word: String {
    switch self {
    case .router: "router"
    case .metric: "metric"
    case .step: "step"
    }
  }
}

/// Why a plugin could not be asked, or did not answer; one line that names it.
struct PluginFailure: Error, Sendable, Hashable, CustomStringConvertible {
  let description: String
  /// Whether the same question may be answered later without anybody changing anything.
  let isTransient: Bool
  /// Whether there is no list that names it.
  let isUnlisted: Bool

  init(_ description: String, isTransient: Bool = false, isUnlisted: Bool = false) {
    self.description = description
    self.isTransient = isTransient
    self.isUnlisted = isUnlisted
  }
}

/// A program of the controller's own machine, as the ConfigMap names it.
struct PluginEntry: Sendable, Hashable {
  let kind: PluginKind
  let name: String
  let path: String
  let arguments: [String]
  /// All variables that it gets.
  let environment: [String: String]
  /// The SHA-256 that its file must have, in lower-case hexadecimal; nil for any.
  let digest: String?
  let isDisabled: Bool
  /// How long it may take for an answer.
  let deadline: Duration

  static let usualDeadline = Duration.seconds(30)

  /// Reads an entry of the ConfigMap.
  init(_ json: JSONValue, _ kind: PluginKind) throws(PluginFailure) {
    let name = json["name"]?.string ?? ""
    func refuse(_ reason: String) -> PluginFailure { PluginFailure("\(kind.word) plugin \(name): \(reason)") }
    self.kind = kind
    self.name = name
    isDisabled = json["disabled"]?.bool ?? false
    path = try Self.path(json["location"]?.string ?? "", refuse)
    guard let arguments = Self.texts(json["args"]) else { throw refuse("args is no list of texts") }
    self.arguments = arguments
    var environment: [String: String] = [:]
    for variable in json["env"]?.array ?? [] {
      guard let key = variable["name"]?.string, !key.isEmpty, let value = variable["value"]?.string else {
        throw refuse("env needs a name and a value, a text, in each element")
      }
      environment[key] = value
    }
    self.environment = environment
    let digest = json["sha256"]?.string ?? ""
    guard digest.isEmpty || digest.utf8.count == 64 && digest.allSatisfy(\.isHexDigit) else {
      throw refuse("sha256 is not 64 hexadecimal digits")
    }
    self.digest = digest.isEmpty ? nil : digest.lowercased()
    let seconds = json["timeoutSeconds"].map { $0.int ?? 0 }
    guard seconds.map({ (1...300).contains($0) }) ?? true else {
      throw refuse("timeoutSeconds is not between 1 and 300")
    }
    deadline = seconds.map { .seconds($0) } ?? Self.usualDeadline
  }

  /// The file of a `file://` URL.
  private static func path(
    _ location: String,
    _ refuse: (String) -> PluginFailure
  ) throws(PluginFailure) -> String {
    guard !location.hasPrefix("http://"), !location.hasPrefix("https://") else {
      throw refuse("Serin downloads no programs: put it into the image and name it as file:///path")
    }
    guard location.hasPrefix("file:///") else { throw refuse("location is not file:///path") }
    return String(location.dropFirst("file://".count))
  }

  private static func texts(_ json: JSONValue?) -> [String]? {
    guard let json, !json.isNull else { return [] }
    guard let texts = json.array?.compactMap(\.string), texts.count == json.array?.count else { return nil }
    return texts
  }
}

/// All plugins that the ConfigMap names; one bad entry spoils no other.
struct PluginCatalog: Sendable {
  static let configMap = "argo-rollouts-config"

  private var entries: [PluginKind: [String: Result<PluginEntry, PluginFailure>]] = [:]
  /// Why the list of a kind cannot be read.
  private var broken: [PluginKind: PluginFailure] = [:]

  init(_ data: [String: String]) {
    for kind in PluginKind.allCases {
      guard let text = data[kind.rawValue] else { continue }
      do throws(YAMLError) {
        let documents = try YAML.parse(Array(text.utf8))
        read(documents.first?.json ?? .array([]), kind)
      } catch {
        broken[kind] = PluginFailure("\(Self.configMap), \(kind.rawValue): \(error)")
      }
    }
  }

  private mutating func read(_ list: JSONValue, _ kind: PluginKind) {
    guard let elements = list.array else {
      broken[kind] = PluginFailure("\(Self.configMap), \(kind.rawValue): it is no list")
      return
    }
    for element in elements {
      let name = element["name"]?.string ?? ""
      if entries[kind]?[name] != nil {
        let reason = "\(kind.word) plugin \(name): \(Self.configMap) names it twice"
        entries[kind]?[name] = .failure(PluginFailure(reason))
        continue
      }
      do throws(PluginFailure) {
        entries[kind, default: [:]][name] = .success(try PluginEntry(element, kind))
      } catch {
        entries[kind, default: [:]][name] = .failure(error)
      }
    }
  }

  /// The entry of that name.
  func entry(_ kind: PluginKind, _ name: String) throws(PluginFailure) -> PluginEntry {
    if let failure = broken[kind] { throw failure }
    guard let entry = entries[kind]?[name] else {
      let reason = "\(kind.word) plugin \(name): \(Self.configMap) has none under \(kind.rawValue)"
      throw PluginFailure(reason, isUnlisted: true)
    }
    return try entry.get()
  }
}
