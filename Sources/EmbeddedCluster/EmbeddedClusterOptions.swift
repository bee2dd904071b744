package import Logging

/// How an embedded cluster is set up.
package struct EmbeddedClusterOptions: Sendable {
  /// The address to listen on; nothing but loopback unless asked otherwise.
  package var host: String
  /// 0 asks the system for a free port.
  package var port: Int
  /// Who may use the API.
  package var access: AccessPolicy
  package var logger: Logger
  /// Reads YAML bodies of requests; without it the API takes JSON only, also where YAML is announced.
  package var readYAML: YAMLReader?

  package init(
    host: String = "127.0.0.1",
    port: Int = 0,
    access: AccessPolicy = .open,
    logger: Logger = Logger(label: "serin.embedded"),
    readYAML: YAMLReader? = nil
  ) {
    self.readYAML = readYAML
    self.host = host
    self.port = port
    self.access = access
    self.logger = logger
  }
}
