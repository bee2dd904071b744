import Glibc
import HTTPTransport
import Primitives

/// A Prometheus that scrapes itself every second.
struct PrometheusServer: Sendable {
  let process: ChildProcess
  let address: String

  /// Starts it with an empty store below the folder.
  init(program: String, folder: String) throws {
    let port = 19_090 + Int(getpid()) % 1000
    let configuration = """
      global: { scrape_interval: 1s }
      scrape_configs: [{ job_name: self, static_configs: [{ targets: ["127.0.0.1:\(port)"] }] }]
      """
    let file = "\(folder)/prometheus.yml"
    guard let handle = fopen(file, "w") else { throw ScaleError("cannot write \(file)") }
    fputs(configuration, handle)
    fclose(handle)
    address = "http://127.0.0.1:\(port)"
    process = try ChildProcess(
      [
        program, "--config.file=\(file)", "--storage.tsdb.path=\(folder)/prometheus-\(getpid())",
        "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
      ],
      output: "\(folder)/prometheus.log"
    )
  }

  /// Whether it answers, and the query with a number.
  func isReady(_ query: String) async throws -> Bool {
    let escaped = query.utf8.map { byte in
      let hex = String(byte, radix: 16, uppercase: true)
      return hex.count == 1 ? "%0\(hex)" : "%\(hex)"
    }
    let answer: JSONValue
    do {
      answer = try JSONValue(parsing: try await get("/api/v1/query?query=" + escaped.joined()))
    } catch {
      return false  // It does not listen yet.
    }
    let value = answer.at("data", "result")?[0]?["value"]?[1]?.string
    return value.flatMap(Double.init).map { $0 >= 0 } ?? false
  }

  /// How many queries it has answered so far, by its own count.
  func questions() async throws -> Double {
    let name = #"prometheus_http_requests_total{code="200",handler="/api/v1/query"} "#
    let lines = String(decoding: try await get("/metrics"), as: UTF8.self).split(separator: "\n")
    let line = lines.first { $0.hasPrefix(name) }
    return line.flatMap { Double($0.dropFirst(name.count)) } ?? 0
  }

  private func get(_ path: String) async throws -> [UInt8] {
    let request = HTTPRequest(method: "GET", url: address + path, deadline: .seconds(5))
    return try await HTTPClient().send(request).body
  }
}
