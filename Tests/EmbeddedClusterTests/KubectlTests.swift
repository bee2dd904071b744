import EmbeddedCluster
import KubeModel
import Primitives
import Testing

/// kubectl does not notice that it talks to an embedded cluster.
@Suite(.enabled(if: RunningCluster.hasKubectl), .timeLimit(.minutes(3)))
struct KubectlTests {
  private static let manifest = """
    apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: shop, labels: {app: web}}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - name: web
            image: nginx:1
            env: [{name: A, value: "1"}, {name: B, value: "2"}]
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: {name: r, namespace: shop}
    spec:
      replicas: 3
      selector: {matchLabels: {app: r}}
      template: {metadata: {labels: {app: r}}, spec: {containers: [{name: c, image: a}]}}
      strategy: {canary: {steps: [{setWeight: 20}]}}
    """

  @Test func createsWhatItSendsInBinary() async throws {
    try await RunningCluster.run { running in
      let namespace = try await running.kubectl("create", "namespace", "shop")
      #expect(namespace.text.contains("namespace/shop created"), "\(namespace.text)")
      for arguments in [
        ["secret", "generic", "git", "--from-literal=username=ada", "--from-literal=password=pässword"],
        ["configmap", "settings", "--from-literal=colour=green"], ["serviceaccount", "robot"],
      ] {
        let created = try await running.kubectl(["create", "-n", "shop"] + arguments)
        #expect(created.text.contains(" created"), "\(created.text)")
      }
      let secret = try await running.kubectl("get", "secret", "git", "-n", "shop", "-o", "jsonpath={.data}")
      #expect(secret.text == #"{"password":"cMOkc3N3b3Jk","username":"YWRh"}"#, "\(secret.text)")
      let map = try await running.kubectl("get", "cm", "settings", "-n", "shop", "-o", "jsonpath={.data}")
      #expect(map.text == #"{"colour":"green"}"#, "\(map.text)")
    }
  }

  @Test func appliesShowsAndDeletesManifests() async throws {
    try await RunningCluster.run { running in
      let applied = try await running.kubectl("apply", "-f", "-", input: Self.manifest)
      #expect(applied.text.contains("rollout.argoproj.io/r created"), "\(applied.text)")
      let again = try await running.kubectl("apply", "-f", "-", input: Self.manifest)
      #expect(again.text.split(separator: "\n").allSatisfy { $0.hasSuffix("unchanged") }, "\(again.text)")
      let changed = try await running.kubectl(
        "apply",
        "-f",
        "-",
        input: Self.manifest.replacing("{name: A, value: \"1\"}, ", with: "")
      )
      #expect(changed.text.contains("deployment.apps/web configured"))
      let variables = try await running.kubectl(
        "get",
        "deploy",
        "web",
        "-n",
        "shop",
        "-o",
        "jsonpath={.spec.template.spec.containers[0].env[*].name}"
      )
      #expect(variables.text == "B")
      let table = try await running.kubectl("get", "deploy,ro", "-n", "shop")
      #expect(table.text.contains("DESIRED") && table.text.contains("UP-TO-DATE"), "\(table.text)")
      let described = try await running.kubectl("describe", "ro", "r", "-n", "shop")
      #expect(described.text.contains("Set Weight:  20"))
      let deleted = try await running.kubectl("delete", "-f", "-", "--timeout=20s", input: Self.manifest)
      #expect(deleted.status == 0, "\(deleted.text)")
      let gone = try await running.kubectl("get", "ns", "shop")
      #expect(gone.text.contains("namespaces \"shop\" not found"))
    }
  }

  @Test func appliesOnTheServerWithConflictsAndForce() async throws {
    try await RunningCluster.run { running in
      let applied = try await running.kubectl("apply", "--server-side", "-f", "-", input: Self.manifest)
      #expect(applied.status == 0, "\(applied.text)")
      let scaled = try await running.kubectl("scale", "ro", "r", "-n", "shop", "--replicas=5")
      #expect(scaled.status == 0, "\(scaled.text)")
      let refused = try await running.kubectl("apply", "--server-side", "-f", "-", input: Self.manifest)
      #expect(
        refused.text.contains("conflict with \"kubectl\" with subresource \"scale\""),
        "\(refused.text)"
      )
      let forced = try await running.kubectl(
        "apply",
        "--server-side",
        "--force-conflicts",
        "-f",
        "-",
        input: Self.manifest
      )
      #expect(forced.status == 0, "\(forced.text)")
      let rollout = running.cluster.store.get(.rollouts, namespace: "shop", name: "r")
      #expect(rollout?.spec["replicas"]?.int == 3)
    }
  }

  @Test func editsPatchesScalesAndLabels() async throws {
    try await RunningCluster.run { running in
      let store = running.cluster.store
      _ = try await running.kubectl("apply", "-f", "-", input: Self.manifest)
      let edited = try await running.kubectl(
        "edit",
        "ro",
        "r",
        "-n",
        "shop",
        editor: "sed -i s/setWeight:.20/setWeight:\\ 30/"
      )
      #expect(edited.text.contains("edited"), "\(edited.text)")
      let steps = store.get(.rollouts, namespace: "shop", name: "r")?.at(
        "spec",
        "strategy",
        "canary",
        "steps"
      )
      #expect(steps == [["setWeight": 30]])
      let patches = [
        [
          "deploy", "web", "-p",
          #"{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}"#,
        ],
        ["ro", "r", "--type=merge", "-p", #"{"spec":{"paused":true}}"#],
        ["ro", "r", "--type=json", "-p", #"[{"op":"replace","path":"/spec/replicas","value":4}]"#],
        ["ro", "r", "--type=merge", "--subresource=status", "-p", #"{"status":{"phase":"Healthy"}}"#],
      ]
      for patch in patches {
        let result = try await running.kubectl(["patch", "-n", "shop"] + patch)
        #expect(result.status == 0, "\(patch): \(result.text)")
      }
      let deployment = store.get(.deployments, namespace: "shop", name: "web")
      let containers = deployment?.at("spec", "template", "spec", "containers")
      #expect(containers?[0]?["image"] == "nginx:2")
      #expect(containers?[0]?["env"]?.array?.count == 2)
      for arguments in [["label", "tier=web"], ["annotate", "note=hello"]] {
        let result = try await running.kubectl(arguments[0], "-n", "shop", "ro", "r", arguments[1])
        #expect(result.status == 0, "\(result.text)")
      }
      let rollout = try #require(store.get(.rollouts, namespace: "shop", name: "r"))
      #expect(rollout.labels["tier"] == "web" && rollout.annotations["note"] == "hello")
      #expect(rollout.spec["replicas"]?.int == 4 && rollout.status["phase"] == "Healthy")
    }
  }

  @Test func watchesAndWaits() async throws {
    try await RunningCluster.run { running in
      _ = try await running.kubectl("apply", "-f", "-", input: Self.manifest)
      async let waiting = running.kubectl(
        "wait",
        "-n",
        "shop",
        "ro/r",
        "--for=jsonpath={.status.phase}=Healthy",
        "--timeout=20s"
      )
      async let watching = running.kubectl(
        "get",
        "ro",
        "-n",
        "shop",
        "-w",
        "--request-timeout=4s"
      )
      let store = running.cluster.store
      // Both clients hold a watch before anything changes.
      for _ in 0..<400 where store.watchCount < 3 { try await Task.sleep(for: .milliseconds(25)) }
      try store.update(.rollouts, namespace: "shop", name: "r", subresource: "status") {
        $0["status"] = ["phase": "Healthy", "replicas": 3]
      }
      #expect(try await waiting.text.contains("condition met"))
      let lines = try await watching.text.split(separator: "\n")
      #expect(lines.filter { $0.hasPrefix("r ") }.count >= 2, "\(lines)")
    }
  }

  @Test(arguments: ["argo-rollouts", "gateway-api"])
  func installsRealDefinitions(_ folder: String) async throws {
    let path = packageRoot + "/../shared/crds/\(folder)"
    guard folderExists(path) else {
      print("the real definitions are not on this machine: nothing installed")
      return
    }
    try await RunningCluster.run { running in
      let applied = try await running.kubectl("apply", "--server-side", "--force-conflicts", "-f", path)
      #expect(applied.status == 0, "\(applied.text)")
      let waited = try await running.kubectl(
        "wait",
        "--for=condition=Established",
        "crd",
        "--all",
        "--timeout=10s"
      )
      #expect(waited.status == 0, "\(waited.text)")
      let explained = try await running.kubectl("explain", "rollout.spec")
      #expect(explained.text.contains("KIND:       Rollout"))
      let invalid = try await running.kubectl(
        "apply",
        "-f",
        "-",
        input: "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: x}\nspec: {replicas: many}"
      )
      #expect(invalid.status == (folder == "argo-rollouts" ? 1 : 0) || invalid.text.contains("invalid"))
    }
  }

  @Test func refusesUnknownFieldsAndInvalidObjects() async throws {
    try await RunningCluster.run { running in
      let unknown = try await running.kubectl(
        "apply",
        "-f",
        "-",
        input: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndta: {}"
      )
      #expect(unknown.text.contains("unknown field \"dta\""), "\(unknown.text)")
      let invalid = try await running.kubectl(
        "apply",
        "-f",
        "-",
        input: "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 99999}]}"
      )
      #expect(invalid.text.contains("must be between 1 and 65535"), "\(invalid.text)")
    }
  }
}
