import KubeClient
import KubeModel
import Primitives
import Testing
import YAMLEdit

/// `serin embedded` in a process of its own, with a folder and a client of its API.
final class Stage: Sendable {
  /// What pods are.
  enum Pods: Sendable {
    /// Real processes: the demo's shop, whose v3 fails every fifth request.
    case processes
    /// Only their status changes.
    case simulated
  }

  let binary: String
  let folder: String
  let kubeconfig: String
  /// The API, as `http://127.0.0.1:8080`; it asks for no credentials.
  let api: String
  /// The entry point, which follows HTTPRoutes.
  let gateway: String
  let client: KubeClient
  private let process: ChildProcess
  private let temporary: TemporaryFolder

  private init(pods: Pods, images: [String]) async throws {
    binary = try #require(Binary.path)
    temporary = try TemporaryFolder()
    folder = temporary.path
    kubeconfig = "\(folder)/kubeconfig"
    var arguments = [
      binary, "embedded", "--port", "0", "--gateway-port", "0", "--kubeconfig", kubeconfig,
    ]
    switch pods {
    case .processes: arguments += ["--image", "shop=\(binary) demo-app --failing v3=0.2"]
    case .simulated: arguments.append("--simulate-pods")
    }
    arguments += images.flatMap { ["--image", $0] }
    let log = "\(folder)/embedded.log"
    process = try ChildProcess(arguments, output: log)
    (api, gateway) = try await waitFor("the embedded cluster", within: .seconds(20)) {
      let words = Files.read(log)?.split(whereSeparator: \.isWhitespace).map(String.init) ?? []
      let urls = words.filter { $0.hasPrefix("http://127.0.0.1:") }
      return words.contains("export") && urls.count == 2 ? (urls[0], urls[1]) : nil
    }
    client = KubeClient(
      configuration: try await KubeConfiguration.load(path: kubeconfig, context: nil, environment: [:])
    )
  }

  /// Runs the body with a cluster and ends the cluster afterwards, whatever happens; `images` are programs that stand
  /// for images, such as `tool=/usr/bin/tool`.
  static func run<Result>(
    pods: Pods = .processes,
    images: [String] = [],
    _ body: (Stage) async throws -> Result
  ) async throws -> Result {
    let stage = try await Stage(pods: pods, images: images)
    do {
      let result = try await body(stage)
      await stage.end()
      return result
    } catch {
      await stage.end()
      throw error
    }
  }

  private func end() async {
    await client.shutdown()
    await process.stop()
    await temporary.remove()
  }

  /// Applies every document of the text, as `kubectl apply --server-side` does.
  func apply(_ yaml: String) async throws {
    for object in try YAML.parse(Array(yaml.utf8)).map(\.json) {
      let type = try #require(
        Self.types.first { $0.kind == object.kind },
        "a kind of no test: \(object.kind)"
      )
      let patch = KubePatch.apply(object, fieldManager: "tests", force: true)
      try await client.patch(type, namespace: object.namespace, name: object.name, patch)
    }
  }

  /// The object; nil when there is none.
  func get(_ type: ResourceType, _ namespace: String, _ name: String) async throws -> JSONValue? {
    do throws(KubeError) {
      return try await client.get(type, namespace: namespace, name: name)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  /// The objects of a namespace.
  func list(_ type: ResourceType, _ namespace: String?) async throws -> [JSONValue] {
    try await client.list(type, namespace: namespace).items
  }

  /// The kinds that a shop consists of or brings forth.
  static let types: [ResourceType] = [
    .namespaces, .pods, .services, .secrets, .configMaps, .events, .replicaSets, .deployments, .jobs,
    .leases, .endpointSlices, .httpRoutes, .rollouts, .analysisTemplates, .analysisRuns, .gitSources,
  ]
}
