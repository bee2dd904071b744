package import Logging

/// How an embedded cluster is set up.
package struct EmbeddedClusterOptions: Sendable {
  /// How pods come to life.
  package enum Pods: Sendable, Equatable {
    /// Pods become ready by the clock; nothing runs.
    case simulated
    /// Containers run as processes of this machine; commands are looked for in these folders first.
    case processes(commandSearchPath: [String])
  }

  /// The address to listen on; nothing but loopback unless asked otherwise.
  package var host: String
  /// 0 asks the system for a free port.
  package var port: Int
  package var pods: Pods
  /// Who may use the API.
  package var access: AccessPolicy
  package var logger: Logger
  /// Reads YAML bodies of requests; without it the API takes JSON only, also where YAML is announced.
  package var readYAML: YAMLReader?

  package init(
    host: String = "127.0.0.1",
    port: Int = 0,
    pods: Pods = .simulated,
    access: AccessPolicy = .open,
    logger: Logger = Logger(label: "serin.embedded"),
    readYAML: YAMLReader? = nil
  ) {
    self.readYAML = readYAML
    self.host = host
    self.port = port
    self.pods = pods
    self.access = access
    self.logger = logger
  }
}
