import HTTPTransport
import Primitives
import Testing

@testable import KubeClient

@Suite struct KubeconfigLoadingTests {
  private static func file(context: String, server: String, current: Bool = true) -> String {
    """
    kind: Config
    \(current ? "current-context: \(context)" : "")
    clusters: [{name: \(context), cluster: {server: "\(server)"}}]
    contexts: [{name: \(context), context: {cluster: \(context)}}]
    """
  }

  @Test func mergesTheFilesOfTheListAndTheFirstWins() async throws {
    try await withFolder { folder in
      try write(Self.file(context: "a", server: "http://a"), to: "\(folder)/1")
      try write(Self.file(context: "b", server: "http://b"), to: "\(folder)/2")
      try write(Self.file(context: "a", server: "http://other"), to: "\(folder)/3")
      let environment = ["KUBECONFIG": "\(folder)/missing:\(folder)/1:\(folder)/2::\(folder)/3"]
      #expect(try await KubeConfiguration.load(environment: environment).server == "http://a")
      #expect(try await KubeConfiguration.load(context: "b", environment: environment).server == "http://b")
    }
  }

  @Test func prefersTheGivenPathThenTheVariableThenTheHomeFolder() async throws {
    try await withFolder { folder in
      for name in ["given", "variable"] {
        try write(Self.file(context: "x", server: "http://\(name)"), to: "\(folder)/\(name)")
      }
      var environment = ["KUBECONFIG": "\(folder)/variable", "HOME": folder]
      #expect(
        try await KubeConfiguration.load(path: "\(folder)/given", environment: environment).server
          == "http://given"
      )
      #expect(try await KubeConfiguration.load(environment: environment).server == "http://variable")
      environment["KUBECONFIG"] = ""
      let error = try await error { _ = try await KubeConfiguration.load(environment: environment) }
      #expect(error.message.contains("\(folder)/.kube/config does not exist"))
    }
  }

  @Test func saysWhichFileIsMissing() async throws {
    let missing = try await error { _ = try await KubeConfiguration.load(path: "/no/such", environment: [:]) }
    #expect(missing.message == "cannot read the kubeconfig /no/such: No such file or directory")
    let none = try await error {
      _ = try await KubeConfiguration.load(environment: ["KUBECONFIG": "/no/1:/no/2"])
    }
    #expect(none.message == "none of the kubeconfigs /no/1:/no/2 exists")
  }

  @Test func usesTheServiceAccountOfAPod() async throws {
    try await withFolder { folder in
      try write("CA", to: "\(folder)/ca.crt")
      try write("first\n", to: "\(folder)/token")
      try write("shop\n", to: "\(folder)/namespace")
      let configuration = try await KubeConfiguration.load(
        environment: ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"],
        serviceAccountFolder: folder
      )
      #expect(configuration.server == "https://[fd00::1]:6443")
      #expect(configuration.namespace == "shop")
      #expect(configuration.tls.caPEM == Array("CA".utf8))
      #expect(configuration.credentials == .tokenFile("\(folder)/token"))
    }
  }

  @Test func readsATokenFileAgainWhenItChanges() async throws {
    try await withFolder { folder in
      let path = "\(folder)/token"
      let source = CredentialSource(.tokenFile(path), now: SystemClock.now)
      try write("one\n", to: path)
      #expect(try await source.authorization().header?.value == "Bearer one")
      #expect(try await source.authorization().header?.value == "Bearer one")
      try write("second\n", to: path)
      #expect(try await source.authorization().header?.value == "Bearer second")
      try write(" \n", to: path)
      let error = try await error { _ = try await source.authorization() }
      #expect(error.message == "the token file \(path) is empty")
    }
  }
}
