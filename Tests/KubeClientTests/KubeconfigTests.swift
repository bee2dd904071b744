import HTTPTransport
import Primitives
import Testing

@testable import KubeClient

@Suite struct KubeconfigTests {
  private static let good = """
    apiVersion: v1
    kind: Config
    current-context: main
    clusters:
    - name: c
      cluster:
        server: https://10.0.0.1:6443/
        certificate-authority-data: Q0E=
        tls-server-name: kubernetes
        proxy-url: http://proxy:3128
    - {name: plain, cluster: {server: "http://127.0.0.1:8001"}}
    - {name: insecure, cluster: {server: "https://h", insecure-skip-tls-verify: true, certificate-authority-data: Q0E=}}
    - {name: empty, cluster: {}}
    - {name: broken, cluster: {server: "https://h", certificate-authority-data: "###"}}
    - {name: lost, cluster: {server: "https://h", certificate-authority: nowhere/ca.crt}}
    users:
    - {name: cert, user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}
    - {name: half, user: {client-certificate-data: Q0VSVA==}}
    - {name: token, user: {token: t0psecret, as: somebody, as-groups: [a, b]}}
    - {name: basic, user: {username: admin, password: t0psecret}}
    - {name: both, user: {token: old, tokenFile: token}}
    - {name: old, user: {auth-provider: {name: gcp}}}
    - {name: noCommand, user: {exec: {apiVersion: client.authentication.k8s.io/v1}}}
    - {name: oldExec, user: {exec: {command: x, apiVersion: client.authentication.k8s.io/v1alpha1}}}
    - {name: asks, user: {exec: {command: x, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Always}}}
    - name: exec
      user:
        exec:
          apiVersion: client.authentication.k8s.io/v1beta1
          command: ./bin/login
          args: [--now]
          env: [{name: REGION, value: north}]
          provideClusterInfo: true
    contexts:
    - {name: main, context: {cluster: c, user: cert, namespace: shop}}
    - {name: insecure, context: {cluster: insecure, user: token}}
    - {name: anonymous, context: {cluster: plain}}
    - {name: basic, context: {cluster: plain, user: basic}}
    - {name: both, context: {cluster: plain, user: both}}
    - {name: exec, context: {cluster: c, user: exec}}
    - {name: noUser, context: {cluster: c, user: nobody}}
    - {name: noCluster, context: {cluster: nowhere, user: cert}}
    - {name: nothing, context: {}}
    - {name: half, context: {cluster: c, user: half}}
    - {name: empty, context: {cluster: empty, user: cert}}
    - {name: broken, context: {cluster: broken, user: cert}}
    - {name: lost, context: {cluster: lost, user: cert}}
    - {name: old, context: {cluster: c, user: old}}
    - {name: noCommand, context: {cluster: c, user: noCommand}}
    - {name: oldExec, context: {cluster: c, user: oldExec}}
    - {name: asks, context: {cluster: c, user: asks}}
    """

  private static func read(_ context: String?) throws(KubeError) -> KubeConfiguration {
    try KubeConfiguration.parse(
      Array(good.utf8),
      file: "/home/me/kube",
      context: context,
      environment: ["A": "t0psecret"]
    )
  }

  @Test func readsTheCurrentContextWithItsClientCertificate() throws {
    let configuration = try Self.read(nil)
    #expect(configuration.server == "https://10.0.0.1:6443")
    #expect(configuration.namespace == "shop")
    #expect(configuration.contextName == "main")
    #expect(configuration.proxy == "http://proxy:3128")
    #expect(configuration.credentials == .none)
    let expected = TLSOptions(
      caPEM: Array("CA".utf8),
      clientCertificatePEM: Array("CERT".utf8),
      clientKeyPEM: Array("KEY".utf8),
      serverName: "kubernetes"
    )
    #expect(configuration.tls == expected)
  }

  @Test func readsTokensAndWhomToImpersonate() throws {
    let configuration = try Self.read("insecure")
    #expect(configuration.credentials == .token(Secret("t0psecret")))
    #expect(configuration.tls == TLSOptions(insecure: true))
    #expect(configuration.namespace == "default")
    #expect(configuration.impersonation.map(\.value) == ["somebody", "a", "b"])
  }

  @Test func readsTheOtherKindsOfCredentials() throws {
    #expect(try Self.read("anonymous").credentials == .none)
    #expect(try Self.read("basic").credentials == .basic(user: "admin", password: Secret("t0psecret")))
    #expect(try Self.read("both").credentials == .tokenFile("/home/me/token"))
  }

  @Test func readsAnExecPluginRelativeToItsFile() throws {
    guard case .exec(let plugin) = try Self.read("exec").credentials else {
      Issue.record("no exec plugin")
      return
    }
    #expect(plugin.command == "/home/me/./bin/login")
    #expect(plugin.arguments == ["--now"])
    #expect(plugin.environment == ["A": "t0psecret", "REGION": "north"])
    let information = try JSONValue(parsing: plugin.information)
    #expect(information.at("spec", "cluster", "server") == "https://10.0.0.1:6443/")
    #expect(information.at("spec", "cluster", "certificate-authority-data") == "Q0E=")
    #expect(information.at("spec", "interactive") == false)
  }

  @Test(arguments: [
    ("unknown", "no context is named unknown; it has anonymous, asks, basic"),
    ("noUser", "the context noUser names the user nobody, which does not exist"),
    ("noCluster", "the context noCluster names the cluster nowhere, which does not exist"),
    ("nothing", "the context nothing names no cluster"),
    ("half", "the user half has a client certificate but no client key"),
    ("empty", "the cluster empty has no server"),
    ("broken", "certificate-authority-data of the cluster broken is no base64"),
    ("lost", "certificate authority of the cluster lost /home/me/nowhere/ca.crt: No such file"),
    ("old", "the auth-provider gcp, which Kubernetes removed"), ("noCommand", "has no command"),
    ("oldExec", "has the apiVersion \"client.authentication.k8s.io/v1alpha1\""), ("asks", "needs a terminal"),
  ])
  func saysWhatIsWrongWithAContext(context: String, reason: String) async throws {
    let error = try await error { _ = try Self.read(context) }
    #expect(error.code == .badConfiguration)
    #expect(error.message.contains(reason), "\(error.message)")
    #expect(!error.isTransient)
  }

  @Test(arguments: [
    ("a: [1\nb: 2\n", "cannot use the kubeconfig f: line "), ("- a\n", "it is no object"),
    ("kind: Pod\n", "its kind is Pod"), ("clusters: 3\n", "clusters is no list"),
    ("users:\n- user: {}\n", "users[0] has no name"), ("", "it names no current-context; it has no contexts"),
    ("current-context: x\n", "no context is named x; it has no contexts"),
  ])
  func saysWhatIsWrongWithAFile(text: String, reason: String) async throws {
    let error = try await error { _ = try KubeConfiguration.parse(Array(text.utf8), file: "f") }
    #expect(error.code == .badConfiguration)
    #expect(error.message.contains(reason), "\(error.message)")
  }

  @Test func neverShowsASecret() throws {
    for context in ["insecure", "basic", "main", "exec"] {
      var configuration = try Self.read(context)
      configuration.server = "https://me:t0psecret@host:6443"
      var dumped = ""
      dump(configuration, to: &dumped)
      dump(configuration.credentials, to: &dumped)
      let texts = [
        configuration.shownServer, "\(configuration)", String(reflecting: configuration),
        "\(configuration.credentials)",
        String(reflecting: configuration.credentials), dumped,
      ]
      for text in texts { #expect(!text.contains("t0psecret") && !text.contains("75, 69, 89"), "\(text)") }
    }
  }
}
