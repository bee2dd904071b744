import Glibc
import HTTPTransport
import Primitives
import Testing

/// Real programs that serve on loopback for a test, with a folder of their own that goes with them.
final class LocalServer: Sendable {
  let folder: TemporaryFolder
  /// Where the server is asked.
  let port = RawServer.freePort()
  private let processes = Locked<[ChildProcess]>([])

  var url: String { "http://127.0.0.1:\(port)" }

  init() throws { folder = try TemporaryFolder() }

  /// Starts a program; what it prints goes to a file of the folder.
  func start(_ arguments: String..., output: String = "log") throws {
    let process = try ChildProcess(arguments, output: "\(folder.path)/\(output)")
    processes.withLock { $0.append(process) }
  }

  func stop() { for process in processes.withLock({ $0 }) { process.stop() } }

  /// Posts a form as the server's own tools do, once the server is there; answers its words.
  @discardableResult
  func post(_ path: String, _ form: String, authorization: String) async throws -> String {
    let request = HTTPRequest(
      method: "POST",
      url: url + path,
      headers: ["Content-Type": "application/x-www-form-urlencoded", "Authorization": authorization],
      body: Array(form.utf8)
    )
    let client = HTTPClient()
    let response = try await waitFor("\(url) to take a form") { try await client.send(request) }
    await client.shutdown()
    let words = String(decoding: response.body, as: UTF8.self)
    #expect(response.status < 300, "\(form): \(response.status) \(words)")
    return words
  }
}

/// Debian's Prometheus.
extension LocalServer {
  static let hasPrometheus = ["/usr/bin/prometheus", "/usr/bin/promtool"].allSatisfy { (path: String) in
    access(path, X_OK) == 0
  }

  /// A Prometheus with a configuration, which may depend on the server's port.
  ///
  /// `series`, in the OpenMetrics text format, is what it knows from the beginning; `web` the file in which Prometheus
  /// keeps who may ask, to be found beside the other files of its folder.
  static func prometheus(
    series: String? = nil,
    web: String? = nil,
    prepare: (LocalServer) throws -> Void = { _ in },
    configuration: (LocalServer) -> String = { _ in "{}" }
  ) throws -> LocalServer {
    let server = try LocalServer()
    let path = server.folder.path
    try server.folder.write(configuration(server), to: "prometheus.yml")
    try server.folder.write(web ?? "{}", to: "web.yml")
    if let series {
      try server.folder.write(series, to: "series")
      let blocks = ["create-blocks-from", "openmetrics", "\(path)/series", "\(path)/data"]
      let child = try ChildProcess(["/usr/bin/promtool", "tsdb"] + blocks, output: "\(path)/import.log")
      try #require(child.wait() == 0, "promtool could not make blocks")
    }
    try prepare(server)
    try server.start(
      "/usr/bin/prometheus",
      "--config.file=\(path)/prometheus.yml",
      "--web.config.file=\(path)/web.yml",
      "--storage.tsdb.path=\(path)/data",
      "--web.listen-address=127.0.0.1:\(server.port)"
    )
    return server
  }

  /// Waits until the Prometheus answers questions.
  func prometheusIsReady() async throws {
    let client = HTTPClient()
    let request = HTTPRequest(method: "GET", url: "\(url)/-/ready", deadline: .seconds(2))
    try await waitFor("Prometheus at \(url)") { try await client.send(request).status == 200 ? true : nil }
    await client.shutdown()
  }
}
