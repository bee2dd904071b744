package import Primitives

/// Whom a metric asks, and what: the `provider` of a metric.
package enum ProviderSpec: Sendable, Hashable {
  case prometheus(PrometheusQuery)
  case web(WebQuery)
  /// A Job whose completion is the measurement: its `metadata` and `spec`.
  case job(JSONValue)
  /// A provider that is known to nobody here, or not yet; with its name in the manifest.
  case unsupported(String)

  /// Reads a provider leniently; the first name in alphabetical order counts when there are several, and validation
  /// refuses those.
  package init(_ json: JSONValue) {
    let names = Self.names(in: json)
    guard let name = names.first, let value = json[name] else {
      self = .unsupported("")
      return
    }
    switch name {
    case "prometheus": self = .prometheus(PrometheusQuery(value))
    case "web": self = .web(WebQuery(value))
    case "job": self = .job(value)
    case "plugin": self = .unsupported(value.object?.keys.min().map { "plugin \($0)" } ?? "plugin")
    default: self = .unsupported(name)
    }
  }

  /// The names of all providers given; every key of `plugin` counts as one.
  static func names(in json: JSONValue) -> [String] {
    let fields = (json.object ?? [:]).filter { !$0.value.isNull }
    return fields.keys.sorted().flatMap { name in
      Array(repeating: name, count: name == "plugin" ? max(1, fields[name]?.object?.count ?? 0) : 1)
    }
  }

  /// The provider's name in the manifest.
  package var name: String {
    switch self {
    case .prometheus: "prometheus"
    case .web: "web"
    case .job: "job"
    case .unsupported(let name): name
    }
  }

  /// Whether success and failure conditions decide about the answer; a Job decides by itself.
  package var usesConditions: Bool {
    switch self {
    case .prometheus, .web: true
    case .job, .unsupported: false
    }
  }
}

/// A header of an HTTP request of a provider; the value may be a secret and is left out of descriptions.
package struct HeaderField: Sendable, Hashable, CustomStringConvertible {
  package let name: String
  package let value: String

  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }

  package var description: String { "\(name): *****" }

  static func list(_ json: JSONValue?) -> [HeaderField] {
    (json?.array ?? []).compactMap { field in
      field["key"]?.string.map { HeaderField(name: $0, value: scalarText(field["value"])) }
    }
  }
}

/// How a provider's request says who asks; secrets are left out of descriptions.
package enum ProviderAuthentication: Sendable, Hashable, CustomStringConvertible {
  case none
  case basic(username: String, password: String)
  case bearer(token: String)
  /// A way that is not spoken here, with its name in the manifest: `sigv4`, `oauth2`.
  case unsupported(String)

  /// Reads `authentication`; the field names are those of Argo Rollouts, and `bearer.token` beside them. Blocks whose
  /// fields are all empty count as absent, as tools write them out.
  package init(_ json: JSONValue?) {
    let given = (json?.object ?? [:]).filter { block in
      !(block.value.object ?? [:]).values.allSatisfy { $0.isNull || $0 == "" || $0.array?.isEmpty == true }
    }
    if let other = given.keys.sorted().first(where: { $0 != "basicAuth" && $0 != "bearer" }) {
      self = .unsupported(other)
    } else if let basic = given["basicAuth"] {
      self = .basic(username: scalarText(basic["username"]), password: scalarText(basic["password"]))
    } else if let bearer = given["bearer"] {
      self = .bearer(token: scalarText(bearer["token"]))
    } else {
      self = .none
    }
  }

  package var description: String {
    switch self {
    case .none: "none"
    case .basic(let username, _): "basic \(username):*****"
    case .bearer: "bearer *****"
    case .unsupported(let name): name
    }
  }
}

/// A scalar as text; manifests write numbers where strings are meant. Anything else is empty.
func scalarText(_ json: JSONValue?) -> String {
  switch json {
  case .string(let text): text
  case .int(let number): String(number)
  case .double(let number): GoFormat.general(number)
  case .bool(let value): String(value)
  case .null, .array, .object, nil: ""
  }
}
