import Primitives
import RolloutCore
import Testing

/// A ReplicaSet's template as a real API server stores it against the template that was asked for.
@Suite struct AdoptionComparisonTests {
  /// What an API server makes of ``AdoptionTemplates/realistic``.
  static let stored = AdoptionTemplates.json(
    #"""
    {"metadata": {"labels": {"app": "web", "app.kubernetes.io/name": "web", "rollouts-pod-template-hash": "abc"},
    "annotations": {"prometheus.io/scrape": "true", "note": "a < b && c > d é😀"}}, "spec": {
    "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
    "schedulerName": "default-scheduler", "serviceAccountName": "web", "serviceAccount": "web",
    "securityContext": {"runAsNonRoot": true, "fsGroup": 2000}, "imagePullSecrets": [{"name": "registry"}],
    "initContainers": [{"name": "migrate", "image": "shop/migrate@sha256:0123",
    "command": ["sh", "-c", "migrate && echo done"], "resources": {}, "imagePullPolicy": "IfNotPresent",
    "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}],
    "containers": [{"name": "web", "image": "shop/web:1.2.3", "imagePullPolicy": "IfNotPresent",
    "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
    "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
    "env": [{"name": "LEVEL", "value": "info"},
    {"name": "IP", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}}},
    {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "0"}}},
    {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "web", "key": "key", "optional": false}}}],
    "envFrom": [{"configMapRef": {"name": "web"}}],
    "resources": {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m", "memory": "512Mi"}},
    "readinessProbe": {"httpGet": {"path": "/ready", "port": "http", "scheme": "HTTP"}, "periodSeconds": 5,
    "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3},
    "livenessProbe": {"tcpSocket": {"port": 8080}, "initialDelaySeconds": 30, "periodSeconds": 10,
    "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3},
    "startupProbe": {"grpc": {"port": 9090, "service": ""}, "periodSeconds": 10, "timeoutSeconds": 1,
    "successThreshold": 1, "failureThreshold": 3},
    "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
    "volumeMounts": [{"name": "config", "mountPath": "/etc/web", "readOnly": true},
    {"name": "cache", "mountPath": "/cache"}],
    "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}}}],
    "affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100,
    "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname", "labelSelector":
    {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}}}]}},
    "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "topology.kubernetes.io/zone",
    "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": {"app": "web"}}}],
    "tolerations": [{"key": "spot", "operator": "Exists", "effect": "NoSchedule"}],
    "nodeSelector": {"disk": "ssd", "arch": "amd64"},
    "volumes": [{"name": "config", "configMap": {"name": "web", "defaultMode": 420,
    "items": [{"key": "a", "path": "a.yaml"}]}}, {"name": "cache", "emptyDir": {"sizeLimit": "1536Mi"}},
    {"name": "token", "projected": {"defaultMode": 420, "sources":
    [{"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}},
    {"downwardAPI": {"items": [{"path": "labels", "fieldRef":
    {"apiVersion": "v1", "fieldPath": "metadata.labels"}}]}}]}},
    {"name": "host", "hostPath": {"path": "/var/log", "type": ""}},
    {"name": "scratch", "ephemeral": {"volumeClaimTemplate": {"metadata": {}, "spec":
    {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}},
    "volumeMode": "Filesystem"}}}}, {"name": "bare", "emptyDir": {}}]}}
    """#
  )

  static func view(_ template: JSONValue, annotations: [String: String] = [:]) -> ReplicaSetView {
    ReplicaSetView(["metadata": ["annotations": JSONValue(annotations)], "spec": ["template": template]])
  }

  @Test func whatAServerAddsIsNoDifference() {
    #expect(sameTemplate(Self.view(Self.stored), as: AdoptionTemplates.realistic))
    #expect(podTemplateHash(of: Self.stored) != podTemplateHash(of: AdoptionTemplates.realistic))
  }

  /// Recorded from an API server of 1.36.
  @Test func recordedReplicaSetIsRecognized() {
    let asked = AdoptionTemplates.json(
      #"""
      {"metadata": {"labels": {"app": "r"}},
      "spec": {"containers": [{"name": "c", "image": "img:1", "ports": [{"containerPort": 80}]}]}}
      """#
    )
    let stored = AdoptionTemplates.json(
      #"""
      {"metadata": {"labels": {"app": "r"}}, "spec": {"containers": [{"name": "c", "image": "img:1",
      "ports": [{"containerPort": 80, "protocol": "TCP"}], "resources": {}, "terminationMessagePath":
      "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": "IfNotPresent"}],
      "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
      "securityContext": {}, "schedulerName": "default-scheduler"}}
      """#
    )
    #expect(sameTemplate(Self.view(stored), as: asked))
  }

  /// Paths into the realistic template, and values that make other pods of it.
  static let changes: [(path: [String], value: JSONValue)] = [
    (["metadata", "labels", "app"], "other"), (["metadata", "annotations", "new"], "x"),
    (["spec", "restartPolicy"], "OnFailure"), (["spec", "terminationGracePeriodSeconds"], 0),
    (["spec", "serviceAccountName"], "other"), (["spec", "hostNetwork"], true),
    (["spec", "securityContext"], [:]), (["spec", "nodeSelector", "disk"], "hdd"), (["spec", "priority"], 0),
    (["spec", "tolerations"], []), (["spec", "volumes"], []), (["spec", "affinity"], [:]),
  ]

  @Test(arguments: changes)
  func realChangesAreSeen(_ path: [String], _ value: JSONValue) {
    var template = AdoptionTemplates.realistic
    template.set(value, at: path[...])
    #expect(!sameTemplate(Self.view(Self.stored), as: template))
  }

  /// Fields of the container, and values that make another container of it.
  static let containerChanges: [(field: String, value: JSONValue)] = [
    ("image", "shop/web:1.2.4"), ("imagePullPolicy", "Always"), ("args", ["x"]), ("stdin", true),
    (
      "resources",
      ["limits": ["cpu": "1001m", "memory": "1Gi"], "requests": ["cpu": "0.5", "memory": "512Mi"]]
    ),
    ("ports", [["name": "http", "containerPort": 8081]]), ("lifecycle", .null),
    ("readinessProbe", ["httpGet": ["path": "/ready", "port": "http"], "periodSeconds": 6]),
  ]

  @Test(arguments: containerChanges)
  func realChangesOfAContainerAreSeen(_ field: String, _ value: JSONValue) {
    var container = AdoptionTemplates.realistic.at("spec", "containers")?[0] ?? .null
    container[field] = value
    var template = AdoptionTemplates.realistic
    template.set([container], at: "spec", "containers")
    #expect(!sameTemplate(Self.view(Self.stored), as: template))
  }

  @Test(arguments: [
    ("shop", "Always"), ("shop:latest", "Always"), ("host:5000/shop", "Always"),
    ("host:5000/shop:v1", "IfNotPresent"),
    ("shop@sha256:00", "IfNotPresent"), ("shop:latest@sha256:00", "Always"),
  ])
  func pullPolicyFollowsTheTag(_ image: String, _ policy: String) {
    let asked: JSONValue = ["spec": ["containers": [["name": "a", "image": .string(image)]]]]
    var stored = asked
    stored.set(
      [["name": "a", "image": .string(image), "imagePullPolicy": .string(policy)]],
      at: "spec",
      "containers"
    )
    #expect(sameTemplate(Self.view(stored), as: asked))
  }

  @Test func hostPortsThatAnOldServerFilledInAreNoDifference() {
    let asked: JSONValue = [
      "spec": ["hostNetwork": true, "containers": [["name": "a", "ports": [["containerPort": 80]]]]]
    ]
    var stored = asked
    stored.set(
      [["name": "a", "ports": [["containerPort": 80, "hostPort": 80, "protocol": "TCP"]]]],
      at: "spec",
      "containers"
    )
    #expect(sameTemplate(Self.view(stored), as: asked))
  }

  @Test func deprecatedServiceAccountIsTheSame() {
    var asked = AdoptionTemplates.small
    asked.set("web", at: "spec", "serviceAccount")
    var stored = asked
    stored.set("web", at: "spec", "serviceAccountName")
    #expect(sameTemplate(Self.view(stored), as: asked))
    #expect(!sameTemplate(Self.view(AdoptionTemplates.small), as: asked))
  }

  // MARK: - What a controller injects

  @Test func injectedMetadataIsTakenOut() {
    var live = Self.stored
    live.set("canary", at: "metadata", "labels", "role")
    live.set("yes", at: "metadata", "annotations", "is-canary")
    let injected = #"{"labels":{"role":"canary"},"annotations":{"is-canary":"yes"}}"#
    let view = Self.view(live, annotations: [RolloutNames.ephemeralMetadata: injected])
    #expect(sameTemplate(view, as: AdoptionTemplates.realistic))
    #expect(!sameTemplate(Self.view(live), as: AdoptionTemplates.realistic))
    #expect(view.template.at("metadata", "labels", "role") == nil)
    #expect(view.template.at("metadata", "labels", "app") == "web")
  }

  @Test(arguments: [true, false])
  func injectedAntiAffinityIsTakenOut(_ isRequired: Bool) throws {
    let term: JSONValue = [
      "topologyKey": "kubernetes.io/hostname", "namespaces": ["shop"],
      "labelSelector": [
        "matchExpressions": [["key": "rollouts-pod-template-hash", "operator": "In", "values": ["stable"]]]
      ],
    ]
    let rule = "\(isRequired ? "required" : "preferred")DuringSchedulingIgnoredDuringExecution"
    var live = Self.stored
    let present = live.at("spec", "affinity", "podAntiAffinity", rule)?.array ?? []
    let injected: JSONValue = isRequired ? term : ["weight": 1, "podAffinityTerm": term]
    live.set(.array(present + [injected]), at: "spec", "affinity", "podAntiAffinity", rule)
    #expect(sameTemplate(Self.view(live), as: AdoptionTemplates.realistic))

    var bare = AdoptionTemplates.small
    bare.set([injected], at: "spec", "affinity", "podAntiAffinity", rule)
    #expect(sameTemplate(Self.view(bare), as: AdoptionTemplates.small))
    #expect(Self.view(bare).template == AdoptionTemplates.small)
  }
}
