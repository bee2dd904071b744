import HTTPTransport
import Primitives
import YAMLEdit

extension KubeConfiguration {
  /// Where a pod finds its service account.
  package static let serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// Finds the configuration as kubectl does: the given file, the files of `KUBECONFIG`, `~/.kube/config`, and else the
  /// service account of the pod that this runs in.
  ///
  /// A `path` is used instead of looking for a file; a `context` instead of the current one, and it makes the service
  /// account no choice. `environment` holds the variables of the process, which exec plugins inherit.
  package static func load(
    path: String? = nil,
    context: String? = nil,
    environment: [String: String],
    serviceAccountFolder: String = serviceAccountFolder
  ) async throws(KubeError) -> KubeConfiguration {
    let named = path.map { [$0] } ?? (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
    if !named.isEmpty {
      // As with kubectl, a file of the list may be missing; a file named alone may not.
      let present = named.count == 1 ? named : named.filter { LocalFile.stamp($0) != nil }
      guard !present.isEmpty else {
        throw KubeError(.badConfiguration, "none of the kubeconfigs \(named.joined(separator: ":")) exists")
      }
      return try configuration(files: present, context: context, environment: environment)
    }
    let usual = environment["HOME"].map { $0 + "/.kube/config" }
    if let usual, LocalFile.stamp(usual) != nil {
      return try configuration(files: [usual], context: context, environment: environment)
    }
    guard environment["KUBERNETES_SERVICE_HOST"] != nil, context == nil else {
      throw KubeError(
        .badConfiguration,
        "no cluster is configured: KUBECONFIG is not set, \(usual ?? "~/.kube/config") does not exist, "
          + "and this is no pod with a service account"
      )
    }
    return try inCluster(environment: environment, serviceAccountFolder: serviceAccountFolder)
  }

  /// The configuration that the text of one kubeconfig holds; `file` names it in errors, and its relative paths begin in
  /// that file's folder.
  package static func parse(
    _ text: [UInt8],
    file: String = "(given)",
    context: String? = nil,
    environment: [String: String] = [:]
  ) throws(KubeError) -> KubeConfiguration {
    var merged = Kubeconfig()
    try merged.merge(try value(of: text, file: file), file: file)
    return try merged.configuration(context: context, environment: environment)
  }

  /// The configuration of a pod, from its service account.
  package static func inCluster(
    environment: [String: String],
    serviceAccountFolder folder: String = serviceAccountFolder
  ) throws(KubeError) -> KubeConfiguration {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty else {
      throw KubeError(.badConfiguration, "cannot use the service account: KUBERNETES_SERVICE_HOST is not set")
    }
    let port = environment["KUBERNETES_SERVICE_PORT"] ?? "443"
    let address = host.contains(":") ? "[\(host)]" : host
    let authority = try LocalFile.read(
      "\(folder)/ca.crt",
      purpose: "certificate authority of the service account"
    )
    // Read here only to fail early; requests read it again when it changes.
    _ = try LocalFile.read("\(folder)/token", purpose: "token of the service account")
    var namespace = "default"
    if LocalFile.stamp("\(folder)/namespace") != nil {
      let bytes = try LocalFile.read("\(folder)/namespace", purpose: "namespace of the service account")
      let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
      if !text.isEmpty { namespace = text }
    }
    return KubeConfiguration(
      server: "https://\(address):\(port)",
      namespace: namespace,
      tls: TLSOptions(caPEM: authority),
      credentials: .tokenFile("\(folder)/token"),
      contextName: "in-cluster"
    )
  }

  private static func configuration(
    files: [String],
    context: String?,
    environment: [String: String]
  ) throws(KubeError) -> KubeConfiguration {
    var merged = Kubeconfig()
    for file in files.map(LocalFile.absolute) {
      let bytes = try LocalFile.read(file, purpose: "kubeconfig")
      try merged.merge(try value(of: bytes, file: file), file: file)
    }
    return try merged.configuration(context: context, environment: environment)
  }

  private static func value(of bytes: [UInt8], file: String) throws(KubeError) -> JSONValue {
    do throws(YAMLError) {
      return try YAML.parse(bytes).first?.json ?? .null
    } catch {
      throw Kubeconfig.failure(file, "line \(error.line), column \(error.column): \(error.message)")
    }
  }
}
