import HTTPTransport
import KubeModel
import Primitives

extension Kubeconfig {
  /// The configuration of a context, or of the current one; certificate files that it names are read here.
  ///
  /// `environment` is what exec plugins inherit.
  package func configuration(
    context: String? = nil,
    environment: [String: String] = [:]
  ) throws(KubeError) -> KubeConfiguration {
    let (name, chosen) = try entry(ofContext: context)
    let clusterName = chosen.value["cluster"]?.string ?? ""
    guard let cluster = clusters[clusterName] else {
      throw missing("cluster", clusterName, of: name, chosen.file)
    }
    let userName = chosen.value["user"]?.string ?? ""
    var user = Entry(value: .object([:]), file: chosen.file)
    if !userName.isEmpty {
      guard let found = users[userName] else { throw missing("user", userName, of: name, chosen.file) }
      user = found
    }
    guard let server = cluster.value["server"]?.string, !server.isEmpty else {
      throw Self.failure(cluster.file, "the cluster \(clusterName) has no server")
    }
    let reader = EntryReader(cluster: cluster, user: user, clusterName: clusterName, userName: userName)
    return KubeConfiguration(
      server: server.contains("://") ? server : "http://\(server)",
      namespace: chosen.value["namespace"]?.string.flatMap { $0.isEmpty ? nil : $0 } ?? "default",
      tls: try reader.tls(),
      proxy: cluster.value["proxy-url"]?.string,
      credentials: try reader.credentials(environment: environment),
      impersonation: reader.impersonation,
      contextName: name
    )
  }

  private func entry(ofContext wanted: String?) throws(KubeError) -> (String, Entry) {
    let name = wanted ?? currentContext
    let known = contextNames.isEmpty ? "it has no contexts" : "it has \(contextNames.joined(separator: ", "))"
    let place = files.joined(separator: ":")
    guard !name.isEmpty else { throw Self.failure(place, "it names no current-context; \(known)") }
    guard let entry = contexts[name] else {
      throw Self.failure(place, "no context is named \(name); \(known)")
    }
    return (name, entry)
  }

  private func missing(_ kind: String, _ name: String, of context: String, _ file: String) -> KubeError {
    let wanted = name.isEmpty ? "names no \(kind)" : "names the \(kind) \(name), which does not exist"
    return Self.failure(file, "the context \(context) \(wanted)")
  }
}

/// Reads what a cluster and a user entry hold.
private struct EntryReader {
  let cluster: Kubeconfig.Entry
  let user: Kubeconfig.Entry
  let clusterName: String
  let userName: String

  private var clusterPlace: String { "the cluster \(clusterName)" }
  private var userPlace: String { "the user \(userName)" }

  func tls() throws(KubeError) -> TLSOptions {
    let isInsecure = cluster.value["insecure-skip-tls-verify"]?.bool ?? false
    let authority = try data(cluster, "certificate-authority", clusterPlace, purpose: "certificate authority")
    let certificate = try data(user, "client-certificate", userPlace, purpose: "client certificate")
    let key = try data(user, "client-key", userPlace, purpose: "client key")
    guard (certificate == nil) == (key == nil) else {
      let (has, lacks) = key == nil ? ("certificate", "key") : ("key", "certificate")
      throw Kubeconfig.failure(user.file, "\(userPlace) has a client \(has) but no client \(lacks)")
    }
    return TLSOptions(
      caPEM: isInsecure ? nil : authority,
      clientCertificatePEM: certificate,
      clientKeyPEM: key,
      insecure: isInsecure,
      serverName: cluster.value["tls-server-name"]?.string
    )
  }

  /// The field with `-data`, which holds base64 and wins, or the file that the plain field names.
  private func data(
    _ entry: Kubeconfig.Entry,
    _ field: String,
    _ place: String,
    purpose: String
  ) throws(KubeError) -> [UInt8]? {
    if let text = entry.value["\(field)-data"]?.string, !text.isEmpty {
      guard let bytes = Base64.decode(text) else {
        throw Kubeconfig.failure(entry.file, "\(field)-data of \(place) is no base64")
      }
      return bytes
    }
    guard let path = entry.value[field]?.string, !path.isEmpty else { return nil }
    return try LocalFile.read(LocalFile.path(path, from: entry.folder), purpose: "\(purpose) of \(place)")
  }

  func credentials(environment: [String: String]) throws(KubeError) -> KubeConfiguration.Credentials {
    let fields = user.value
    if let path = fields["tokenFile"]?.string, !path.isEmpty {
      return .tokenFile(LocalFile.path(path, from: user.folder))
    }
    if let token = fields["token"]?.string, !token.isEmpty { return .token(Secret(token)) }
    if let name = fields["username"]?.string, !name.isEmpty {
      return .basic(user: name, password: Secret(fields["password"]?.string ?? ""))
    }
    if let exec = fields["exec"], !exec.isNull {
      return .exec(try plugin(exec, environment: environment))
    }
    if let provider = fields.at("auth-provider", "name")?.string {
      throw Kubeconfig.failure(
        user.file,
        "\(userPlace) uses the auth-provider \(provider), which Kubernetes removed; use an exec plugin"
      )
    }
    return .none
  }

  private func plugin(_ exec: JSONValue, environment: [String: String]) throws(KubeError) -> ExecPlugin {
    guard let command = exec["command"]?.string, !command.isEmpty else {
      throw Kubeconfig.failure(user.file, "the exec plugin of \(userPlace) has no command")
    }
    let apiVersion = exec.apiVersion
    guard ExecPlugin.apiVersions.contains(apiVersion) else {
      let known = ExecPlugin.apiVersions.joined(separator: " or ")
      throw Kubeconfig.failure(
        user.file,
        "the exec plugin of \(userPlace) has the apiVersion \"\(apiVersion)\"; known are \(known)"
      )
    }
    if exec["interactiveMode"]?.string == "Always" {
      throw Kubeconfig.failure(user.file, "the exec plugin of \(userPlace) needs a terminal")
    }
    var variables = environment
    for variable in exec["env"]?.array ?? [] where !variable.field("name").isEmpty {
      variables[variable.field("name")] = variable["value"]?.string ?? ""
    }
    let wantsCluster = exec["provideClusterInfo"]?.bool ?? false
    return ExecPlugin(
      command: command.contains("/") ? LocalFile.path(command, from: user.folder) : command,
      arguments: (exec["args"]?.array ?? []).compactMap(\.string),
      environment: variables,
      apiVersion: apiVersion,
      cluster: wantsCluster ? try clusterInformation() : nil,
      installHint: exec["installHint"]?.string
    )
  }

  /// `spec.cluster` of an ExecCredential, which has the authority as data even when the kubeconfig names a file.
  private func clusterInformation() throws(KubeError) -> JSONValue {
    var information: JSONValue = ["server": cluster.value["server"] ?? ""]
    for field in ["tls-server-name", "insecure-skip-tls-verify", "proxy-url"] {
      information[field] = cluster.value[field]
    }
    if let bytes = try data(cluster, "certificate-authority", clusterPlace, purpose: "certificate authority")
    {
      information["certificate-authority-data"] = .string(Base64.encode(bytes))
    }
    for item in cluster.value["extensions"]?.array ?? [] {
      if item["name"]?.string == "client.authentication.k8s.io/exec" {
        information["config"] = item["extension"]
      }
    }
    return information
  }

  var impersonation: [KubeRequest.QueryItem] {
    var headers: [KubeRequest.QueryItem] = []
    if let name = user.value["as"]?.string { headers.append(.init("Impersonate-User", name)) }
    if let uid = user.value["as-uid"]?.string { headers.append(.init("Impersonate-Uid", uid)) }
    for group in user.value["as-groups"]?.array ?? [] {
      if let group = group.string { headers.append(.init("Impersonate-Group", group)) }
    }
    return headers
  }
}

extension JSONValue {
  fileprivate func field(_ name: String) -> String { self[name]?.string ?? "" }
}
