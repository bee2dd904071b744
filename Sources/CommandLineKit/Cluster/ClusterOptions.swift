import ArgumentParser
import Glibc
import KubeClient

/// Which cluster, and which namespace in it.
struct ClusterOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "Path of a kubeconfig; else KUBECONFIG, ~/.kube/config, or the pod's own account."
  )
  var kubeconfig: String?

  @Option(name: .long, help: "The kubeconfig's context to use instead of its current one.")
  var context: String?

  @Option(name: .shortAndLong, help: "The namespace; else that of the context.")
  var namespace: String?

  /// A client of that cluster.
  func client(userAgent: String = "serin") async throws(CommandFailure) -> KubeClient {
    let configuration = try await onCluster { () async throws(KubeError) in
      try await KubeConfiguration.load(path: kubeconfig, context: context, environment: Self.environment())
    }
    return KubeClient(configuration: configuration, userAgent: userAgent)
  }

  func namespace(of client: KubeClient) -> String { namespace ?? client.configuration.namespace }

  /// What `name` or `namespace/name` means; no name means all of the namespace.
  func place(of text: String?, client: KubeClient) -> (namespace: String, name: String?) {
    let parts = (text ?? "").split(separator: "/").map(String.init)
    return parts.count == 2 ? (parts[0], parts[1]) : (namespace(of: client), text)
  }

  /// The options as they are written on a command line.
  var arguments: [String] {
    [("--kubeconfig", kubeconfig), ("--context", context), ("--namespace", namespace)].flatMap {
      flag,
      value in
      value.map { [flag, $0] } ?? []
    }
  }

  /// The process' environment.
  static func environment() -> [String: String] {
    var variables: [String: String] = [:]
    var pointer = environ
    while let entry = pointer.pointee {
      let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      pointer += 1
    }
    return variables
  }
}
