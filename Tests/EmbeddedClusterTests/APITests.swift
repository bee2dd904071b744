import EmbeddedCluster
import KubeModel
import Primitives
import Testing

/// The API without a network: requests in, answers out.
@Suite struct APITests {
  private struct Client {
    let store: ClusterStore
    let server: APIServer

    init() throws {
      store = try EmbeddedCluster().store
      server = APIServer(store: store)
    }

    /// The status and body of an answer.
    func send(
      _ method: String,
      _ target: String,
      _ body: JSONValue? = nil,
      type: String = "application/json",
      accept: String = "application/json"
    ) async throws -> (status: Int, body: JSONValue) {
      let headers = ["Content-Type": type, "Accept": accept, "User-Agent": "test/1"]
      let request = APIRequest(
        method: method,
        target: target,
        header: { headers[$0] },
        body: body?.bytes() ?? []
      )
      let response = await server.respond(to: request)
      guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
      return (response.status, bytes.first == UInt8(ascii: "{") ? try JSONValue(parsing: bytes) : .null)
    }
  }

  private static let deployments = "/apis/apps/v1/namespaces/default/deployments"

  private static func deployment(_ env: [JSONValue] = []) -> JSONValue {
    [
      "metadata": ["name": "d"],
      "spec": [
        "selector": ["matchLabels": ["app": "d"]],
        "template": [
          "metadata": ["labels": ["app": "d"]],
          "spec": ["containers": [["name": "c", "image": "i:1", "env": .array(env)]]],
        ],
      ],
    ]
  }

  private static func variable(_ name: String, _ value: String) -> JSONValue {
    ["name": .string(name), "value": .string(value)]
  }

  @Test func strategicPatchesMergeListsByTheirKeys() async throws {
    let client = try Client()
    let first = Self.deployment([Self.variable("A", "1"), Self.variable("B", "2")])
    _ = try await client.send("POST", Self.deployments, first)
    func patch(_ env: [JSONValue], _ extra: JSONFields = [:]) async throws -> JSONValue? {
      let container = JSONFields(["name": "c", "env": .array(env)]).merging(extra) { $1 }
      let body: JSONValue = ["spec": ["template": ["spec": ["containers": [.object(container)]]]]]
      let answer = try await client.send(
        "PATCH",
        "\(Self.deployments)/d",
        body,
        type: "application/strategic-merge-patch+json"
      )
      return answer.body.at("spec", "template", "spec", "containers")?[0]?["env"]
    }
    #expect(
      try await patch([Self.variable("B", "3"), Self.variable("C", "4")])
        == [Self.variable("A", "1"), Self.variable("B", "3"), Self.variable("C", "4")]
    )
    #expect(
      try await patch(
        [["name": "A", "$patch": "delete"]],
        ["$setElementOrder/env": [["name": "C"], ["name": "B"]]]
      ) == [Self.variable("C", "4"), Self.variable("B", "3")]
    )
    #expect(try await patch([["$patch": "replace"], Self.variable("Z", "9")]) == [Self.variable("Z", "9")])
  }

  @Test func applyOwnsRemovesSharesAndReleases() async throws {
    let client = try Client()
    func apply(_ manager: String, _ env: [JSONValue], force: Bool = false) async throws -> (Int, JSONValue) {
      var body = Self.deployment(env)
      body["apiVersion"] = "apps/v1"
      body["kind"] = "Deployment"
      let answer = try await client.send(
        "PATCH",
        "\(Self.deployments)/d?fieldManager=\(manager)&force=\(force)",
        body,
        type: "application/apply-patch+yaml"
      )
      return (answer.status, answer.body)
    }
    func names() -> [String] {
      let object = client.store.get(.deployments, namespace: "default", name: "d") ?? .null
      let env = object.at("spec", "template", "spec", "containers")?[0]?["env"]?.array ?? []
      return env.map { "\($0["name"]?.string ?? "")=\($0["value"]?.string ?? "")" }
    }
    #expect(try await apply("one", [Self.variable("A", "1"), Self.variable("B", "1")]).0 == 201)
    #expect(try await apply("two", [Self.variable("C", "1"), Self.variable("A", "1")]).0 == 200)
    #expect(names() == ["A=1", "B=1", "C=1"])
    let (status, refused) = try await apply("two", [Self.variable("B", "2")])
    #expect(status == 409)
    let field = refused.at("details", "causes")?[0]?["field"]
    #expect(field == ".spec.template.spec.containers[name=\"c\"].env[name=\"B\"].value")
    #expect(try await apply("one", [Self.variable("B", "1")]).0 == 200)
    #expect(names() == ["A=1", "B=1", "C=1"], "A is still owned by the other manager")
    #expect(try await apply("two", [Self.variable("B", "2")], force: true).0 == 200)
    #expect(names() == ["B=2"], "what its only owner no longer applies goes")
    let version = client.store.resourceVersion
    #expect(try await apply("two", [Self.variable("B", "2")]).0 == 200)
    #expect(client.store.resourceVersion == version, "applying the same again changes nothing")
  }

  @Test func evictionsAskTheDisruptionBudget() async throws {
    let client = try Client()
    let pods = "/api/v1/namespaces/default/pods"
    for name in ["a", "b"] {
      let pod: JSONValue = [
        "metadata": ["name": .string(name), "labels": ["app": "d"]],
        "spec": ["containers": [["name": "c", "image": "i:1"]]],
      ]
      _ = try await client.send("POST", pods, pod)
      let ready: JSONValue = [
        "status": ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
      ]
      _ = try await client.send(
        "PATCH",
        "\(pods)/\(name)/status",
        ready,
        type: "application/merge-patch+json"
      )
    }
    let budget: JSONValue = [
      "metadata": ["name": "d"],
      "spec": ["minAvailable": 1, "selector": ["matchLabels": ["app": "d"]]],
    ]
    let budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
    #expect(try await client.send("POST", budgets, budget).status == 201)
    func evict(_ name: String, uid: String? = nil) async throws -> Int {
      var eviction: JSONValue = [
        "apiVersion": "policy/v1", "kind": "Eviction", "metadata": ["name": .string(name)],
      ]
      if let uid { eviction["deleteOptions"] = ["preconditions": ["uid": .string(uid)]] }
      return try await client.send("POST", "\(pods)/\(name)/eviction", eviction).status
    }
    #expect(try await evict("a", uid: "another") == 409)
    #expect(try await evict("a") == 201)
    #expect(try await evict("b") == 429)
    #expect(try await evict("c") == 404)
  }

  @Test func customObjectsAreValidatedDefaultedAndPruned() async throws {
    let client = try Client()
    let definition: JSONValue = [
      "metadata": ["name": "things.example.com"],
      "spec": [
        "group": "example.com", "scope": "Namespaced", "names": ["plural": "things", "kind": "Thing"],
        "versions": [
          [
            "name": "v1", "served": true, "storage": true,
            "schema": [
              "openAPIV3Schema": [
                "type": "object",
                "properties": [
                  "spec": [
                    "type": "object", "required": ["size"],
                    "properties": [
                      "size": ["type": "integer", "minimum": 1, "maximum": 9],
                      "mode": ["type": "string", "default": "slow", "pattern": "^[a-z]+$"],
                      "step": ["x-kubernetes-int-or-string": true],
                    ],
                  ]
                ],
              ]
            ],
          ]
        ],
      ],
    ]
    let crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    #expect(try await client.send("POST", crds, definition).status == 201)
    let things = "/apis/example.com/v1/namespaces/default/things"
    func make(_ name: String, _ spec: JSONValue) async throws -> (status: Int, body: JSONValue) {
      try await client.send(
        "POST",
        things,
        ["apiVersion": "example.com/v1", "kind": "Thing", "metadata": ["name": .string(name)], "spec": spec]
      )
    }
    let good = try await make("good", ["size": 3, "step": "25%", "extra": 1])
    #expect(good.status == 201)
    #expect(good.body.spec == ["size": 3, "step": "25%", "mode": "slow"])
    let faults: [(JSONValue, String)] = [
      (["size": 0], "spec.size in body should be greater than or equal to 1"),
      (["size": 10], "spec.size in body should be less than or equal to 9"),
      ([:], "spec.size: Required value"),
      (["size": "x"], "spec.size in body must be of type integer"),
      (["size": 1, "mode": "UP"], "spec.mode in body should match '^[a-z]+$'"),
    ]
    for (spec, text) in faults {
      let answer = try await make("bad", spec)
      #expect(answer.status == 422)
      #expect(answer.body["message"]?.string?.contains(text) == true, "\(answer.body)")
    }
    #expect(try await client.send("DELETE", "\(crds)/things.example.com").status == 200)
    #expect(try await client.send("GET", things).status == 404)
  }

  @Test func listsComeInPagesThatLoseNothing() async throws {
    let client = try Client()
    for index in 0..<7 {
      _ = try client.store.create(
        .configMaps,
        ["metadata": ["name": .string("c\(index)"), "namespace": "default"]]
      )
    }
    var names: [String] = []
    var token = ""
    repeat {
      let page = try await client.send("GET", "/api/v1/configmaps?limit=3&continue=\(token)")
      names += (page.body["items"]?.array ?? []).map(\.name)
      token = page.body.at("metadata", "continue")?.string ?? ""
    } while !token.isEmpty
    #expect(names == (0..<7).map { "c\($0)" })
  }

  @Test(arguments: [
    ("a=b", ["x"]), ("a==b", ["x"]), ("a!=b", ["y", "z"]), ("a", ["x", "y"]), ("!a", ["z"]),
    ("a in (b,c)", ["x", "y"]), ("a notin (b)", ["y", "z"]), ("a=b,t!=1", ["x"]),
  ])
  func labelSelectorsSelect(_ selector: String, _ expected: [String]) async throws {
    let client = try Client()
    for (name, labels) in [("x", ["a": "b"]), ("y", ["a": "c"]), ("z", [:])] {
      _ = try client.store.create(
        .secrets,
        ["metadata": ["name": .string(name), "namespace": "default", "labels": JSONValue(labels)]]
      )
    }
    let encoded = selector.replacing(" ", with: "+").replacing("=", with: "%3D")
    let answer = try await client.send("GET", "/api/v1/namespaces/default/secrets?labelSelector=\(encoded)")
    #expect((answer.body["items"]?.array ?? []).map(\.name) == expected)
  }

  @Test(arguments: [
    ("GET", "/api/v2/pods", 404), ("GET", "/api/v1/nonsense", 404), ("GET", "/nonsense", 404),
    ("POST", "/api/v1/namespaces/default/pods/p", 405), ("GET", "/apis/apps/v1/namespaces/default/pods", 404),
    ("PUT", "/api/v1/namespaces/default/configmaps", 405),
    ("GET", "/api/v1/namespaces/default/configmaps/a/status", 404),
  ])
  func whatIsNotServedIsRefused(_ method: String, _ target: String, _ status: Int) async throws {
    #expect(try await Client().send(method, target, [:]).status == status)
  }

  @Test func otherFormsThanJSONAreNotAcceptable() async throws {
    let answer = try await Client().send("GET", "/api/v1/namespaces", accept: "text/html")
    #expect(answer.status == 406)
  }

  @Test func realDefinitionsTakeThePlaceOfThePermissiveOnes() async throws {
    let client = try Client()
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rollouts.argoproj.io"
    var definition = try await client.send("GET", path).body
    definition.set(nil, at: "metadata", "resourceVersion")
    var version = try #require(definition.at("spec", "versions")?[0])
    version.set(
      ["type": "object", "required": ["strategy"], "x-kubernetes-preserve-unknown-fields": true],
      at: "schema",
      "openAPIV3Schema",
      "properties",
      "spec"
    )
    definition.set([version], at: "spec", "versions")
    #expect(try await client.send("PUT", path, definition).status == 200)
    let answer = try await client.send(
      "POST",
      "/apis/argoproj.io/v1alpha1/namespaces/default/rollouts",
      [
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": ["name": "r"],
        "spec": ["replicas": 1],
      ]
    )
    #expect(answer.status == 422)
    #expect(answer.body["message"]?.string?.contains("spec.strategy: Required value") == true)
  }
}
