/// How the entry point listens and chooses.
package struct GatewayOptions: Sendable {
  package var host: String
  /// 0 takes a free port.
  package var port: Int
  /// Where the sequence of weighted choices begins.
  package var seed: UInt64
  /// How long a backend may take to begin its answer.
  package var timeout: Duration
  /// Larger request bodies are refused with 413.
  package var maxBodyBytes: Int

  package init(
    host: String = "127.0.0.1",
    port: Int = 0,
    seed: UInt64 = 0x5E81,
    timeout: Duration = .seconds(30),
    maxBodyBytes: Int = 8 * 1024 * 1024
  ) {
    self.host = host
    self.port = port
    self.seed = seed
    self.timeout = timeout
    self.maxBodyBytes = maxBodyBytes
  }
}
