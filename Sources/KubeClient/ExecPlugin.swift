package import Primitives

/// A program that prints an `ExecCredential`, as a kubeconfig describes it.
package struct ExecPlugin: Sendable, Hashable {
  /// The versions of `ExecCredential` that are understood.
  package static let apiVersions = [
    "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1",
  ]

  /// A name to look up in the PATH, or a path.
  package let command: String
  package let arguments: [String]
  /// All variables of the program, those of the process and those of the kubeconfig.
  package let environment: [String: String]
  package let apiVersion: String
  /// What the program is told about the cluster; nil when it did not ask.
  package let cluster: JSONValue?
  /// What the kubeconfig says to do when the program is missing.
  package let installHint: String?

  package init(
    command: String,
    arguments: [String] = [],
    environment: [String: String] = [:],
    apiVersion: String = apiVersions[0],
    cluster: JSONValue? = nil,
    installHint: String? = nil
  ) {
    self.command = command
    self.arguments = arguments
    self.environment = environment
    self.apiVersion = apiVersion
    self.cluster = cluster
    self.installHint = installHint
  }

  /// The text of `KUBERNETES_EXEC_INFO`, through which the program learns what is asked.
  package var information: String {
    var value: JSONValue = [
      "apiVersion": .string(apiVersion), "kind": "ExecCredential", "spec": ["interactive": false],
    ]
    if let cluster { value.set(cluster, at: "spec", "cluster") }
    return value.text()
  }
}

/// What an exec plugin answered.
package struct ExecCredential: Sendable, Hashable {
  package let token: Secret?
  package let certificatePEM: [UInt8]?
  package let keyPEM: [UInt8]?
  /// When to ask again; nil for as long as the server accepts it.
  package let expires: Instant?

  /// Reads the program's output; the error says what is wrong without quoting the output.
  package init(output: [UInt8], of plugin: ExecPlugin) throws(KubeError) {
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: output)
    } catch {
      throw Self.failure(plugin, "its output is \(error)")
    }
    guard value["kind"]?.string == "ExecCredential", value["apiVersion"]?.string == plugin.apiVersion else {
      throw Self.failure(plugin, "its output is no ExecCredential of \(plugin.apiVersion)")
    }
    guard let status = value["status"], status.object != nil else {
      throw Self.failure(plugin, "its output has no status")
    }
    let text = { (field: String) in status[field]?.string.flatMap { $0.isEmpty ? nil : $0 } }
    token = text("token").map(Secret.init)
    certificatePEM = text("clientCertificateData").map { Array($0.utf8) }
    keyPEM = text("clientKeyData").map { Array($0.utf8) }
    guard (certificatePEM == nil) == (keyPEM == nil) else {
      throw Self.failure(plugin, "its output has only one of a client certificate and a client key")
    }
    guard token != nil || certificatePEM != nil else {
      throw Self.failure(plugin, "its output has neither a token nor a client certificate")
    }
    if let stamp = text("expirationTimestamp") {
      guard let time = Instant(stamp) else {
        throw Self.failure(plugin, "its expirationTimestamp is no RFC 3339 time")
      }
      expires = time
    } else {
      expires = nil
    }
  }

  static func failure(_ plugin: ExecPlugin, _ reason: String, isTransient: Bool = false) -> KubeError {
    KubeError(
      .badConfiguration,
      "cannot get a credential from the exec plugin \(plugin.command): \(reason)",
      isTransient: isTransient
    )
  }
}

extension ExecPlugin: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The command alone: arguments and variables may hold secrets.
  package var description: String { "exec plugin \(command)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: ["command": command]) }
}

extension ExecCredential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(credential)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
