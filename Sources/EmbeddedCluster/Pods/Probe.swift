import KubeModel
import Primitives

/// A readiness, liveness or startup probe as a container declares it.
struct Probe: Sendable, Equatable {
  /// What the probe does.
  enum Action: Sendable, Equatable {
    case http(port: Int, path: String, host: String?, headers: [String: String])
    case tcp(port: Int, host: String?)
    case exec([String])
  }

  let action: Action
  let initialDelay: Duration
  let period: Duration
  let timeout: Duration
  let successThreshold: Int
  let failureThreshold: Int

  /// Reads a probe with Kubernetes' defaults; nil when there is none or its kind is not supported.
  init?(_ value: JSONValue?, container: JSONValue) {
    guard let value, let action = Self.action(value, container) else { return nil }
    self.action = action
    initialDelay = .seconds(value["initialDelaySeconds"]?.double ?? 0)
    period = .seconds(max(0.05, value["periodSeconds"]?.double ?? 10))
    timeout = .seconds(max(0.05, value["timeoutSeconds"]?.double ?? 1))
    successThreshold = max(1, value["successThreshold"]?.int ?? 1)
    failureThreshold = max(1, value["failureThreshold"]?.int ?? 3)
  }

  private static func action(_ value: JSONValue, _ container: JSONValue) -> Action? {
    if let http = value["httpGet"], let port = port(http["port"], container) {
      let pairs = (http["httpHeaders"]?.array ?? []).compactMap { header in
        header["name"]?.string.map { ($0, header["value"]?.string ?? "") }
      }
      return .http(
        port: port,
        path: http["path"]?.string ?? "/",
        host: http["host"]?.string,
        headers: Dictionary(pairs) { $1 }
      )
    }
    if let tcp = value["tcpSocket"], let port = port(tcp["port"], container) {
      return .tcp(port: port, host: tcp["host"]?.string)
    }
    return value.at("exec", "command")?.array.map { .exec($0.compactMap(\.string)) }
  }

  private static func port(_ value: JSONValue?, _ container: JSONValue) -> Int? {
    if let number = value?.int { return number }
    guard let name = value?.string else { return nil }
    if let number = Int(name) { return number }
    return container["ports"]?.array?.first { $0["name"]?.string == name }?["containerPort"]?.int
  }
}

/// The verdict of a probe over its last answers.
struct ProbeState: Sendable, Equatable {
  private(set) var isPassing: Bool
  private var successes = 0
  private var failures = 0

  init(isPassing: Bool) { self.isPassing = isPassing }

  /// Counts an answer; the verdict turns when the probe's threshold of equal answers in a row is reached.
  mutating func record(_ success: Bool, for probe: Probe) {
    successes = success ? successes + 1 : 0
    failures = success ? 0 : failures + 1
    if successes >= probe.successThreshold { isPassing = true }
    if failures >= probe.failureThreshold { isPassing = false }
  }
}
