import Glibc
import KubeModel
import Primitives
import Testing

/// A real Traefik that reads the stage's API: routes of the Gateway API, and its own kinds.
final class Traefik: Sendable {
  /// The repository's own, as `make test` installs it; nil when there is none.
  static let path: String? = {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let path = "/\(root)/.venv/bin/traefik"
    return access(path, X_OK) == 0 ? path : nil
  }()

  /// The definitions of the kinds that Traefik reads, beside the repository; nil where they are missing.
  static let definitions: [String]? = {
    let root = "/" + #filePath.split(separator: "/").dropLast(5).joined(separator: "/") + "/shared/crds"
    let names = [
      "gatewayclasses", "gateways", "httproutes", "grpcroutes", "tcproutes", "tlsroutes", "referencegrants",
      "backendtlspolicies",
    ]
    let files =
      names.map { "\(root)/gateway-api/gateway.networking.k8s.io_\($0).yaml" } + [
        "\(root)/others/traefik.yaml"
      ]
    return files.allSatisfy { access($0, R_OK) == 0 } ? files : nil
  }()

  static var exists: Bool { path != nil && definitions != nil && access(Load.path, X_OK) == 0 }
  static let missing: Comment = "no Traefik, no hey, or no definitions of its kinds beside the repository"

  /// The entry point `web`.
  let url: String
  let log: String
  private let process: ChildProcess

  /// Installs the kinds and a Gateway `gateway` of its class, and starts it.
  init(on stage: Stage) async throws {
    let path = try #require(Self.path)
    for file in try #require(Self.definitions) {
      try await stage.kubectl("apply", "--server-side", "--force-conflicts", "-f", file)
    }
    let port = try FreePort.next()
    try await stage.kubectl("apply", "-f", "-", input: Self.gateway(port))
    url = "http://127.0.0.1:\(port)"
    log = "\(stage.folder)/traefik.log"
    process = try ChildProcess(
      [
        "env", "KUBECONFIG=\(stage.kubeconfig)", path, "--entrypoints.web.address=127.0.0.1:\(port)",
        "--providers.kubernetesgateway", "--providers.kubernetescrd", "--global.checknewversion=false",
        "--global.sendanonymoususage=false",
      ],
      output: log
    )
    try await waitUntil("Traefik to listen") { FreePort.answers(port) }
  }

  private static func gateway(_ port: Int) -> String {
    """
    apiVersion: gateway.networking.k8s.io/v1
    kind: GatewayClass
    metadata: { name: traefik }
    spec: { controllerName: traefik.io/gateway-controller }
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: Gateway
    metadata: { name: gateway, namespace: default }
    spec:
      gatewayClassName: traefik
      listeners:
      - { name: web, protocol: HTTP, port: \(port), allowedRoutes: { namespaces: { from: All } } }
    """
  }
}

/// 500 requests a second from hey, over 50 connections, until it is told to stop.
final class Load: Sendable {
  static let path = "/usr/bin/hey"

  /// What came of it.
  struct Result: Sendable {
    /// Answers by HTTP status.
    var answers: [Int: Int] = [:]
    /// Requests without any answer, with their cause, as hey tells them.
    var errors: [String] = []

    /// From hey's report: lines `  [200]\t22500 responses`, and after `Error distribution` `  [3]\tcause`.
    init(report: String) {
      var isOfErrors = false
      for line in report.split(separator: "\n") {
        if line.hasPrefix("Error distribution") { isOfErrors = true }
        let words = line.split(whereSeparator: \.isWhitespace)
        guard let first = words.first, first.hasPrefix("["), let status = Int(first.dropFirst().dropLast())
        else {
          continue
        }
        if isOfErrors {
          errors.append(line.description)
        } else if words.count == 3, words[2] == "responses", let count = Int(words[1]) {
          answers[status] = count
        }
      }
    }
  }

  private let process: ChildProcess
  private let output: String

  init(_ url: String, in folder: String) throws {
    output = "\(folder)/hey-\(UInt32.random(in: .min ... .max))"
    // 50 connections, each with ten requests a second.
    process = try ChildProcess([Self.path, "-z", "10m", "-q", "10", "-c", "50", url], output: output)
  }

  /// Ends it and reads its report.
  func finish() async throws -> Result {
    kill(process.pid, SIGINT)
    try await waitUntil("hey to report", within: .seconds(20)) { process.exitCode() != nil }
    return Result(report: Files.read(output) ?? "")
  }
}
