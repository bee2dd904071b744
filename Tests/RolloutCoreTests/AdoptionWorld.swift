import KubeModel
import Primitives
import RolloutCore
import Simulation

/// A cluster as Argo Rollouts leaves it (reference, sections 1.6 and 2.18): objects with its labels, annotations, hashes
/// and status, and ReplicaSets whose templates an API server has completed.
struct AdoptionWorld {
  /// Whose digits the hashes are.
  enum Hashes: CaseIterable {
    case since19
    case before19
    /// Nobody's that can be computed.
    case foreign
  }

  var hashes = Hashes.since19
  /// Whether the spec was edited after Argo Rollouts wrote its last status, such as by an autoscaler's client.
  var isEditedSince = false
  var strategy: JSONValue
  var stepHash: String
  var replicas = 4

  static let image = (stable: "shop/web:1.2.2", new: "shop/web:1.2.3")

  /// The template that was asked for, with an image in it.
  static func template(_ image: String) -> JSONValue { withImage(image, in: AdoptionTemplates.realistic) }

  static func withImage(_ image: String, in template: JSONValue) -> JSONValue {
    var template = template
    var container = template.at("spec", "containers")?[0] ?? .null
    container["image"] = .string(image)
    template.set([container], at: "spec", "containers")
    return template
  }

  func hash(_ image: String) -> String {
    switch hashes {
    case .since19: podTemplateHash(of: Self.template(image))
    case .before19: podTemplateHashBefore19(of: Self.template(image))
    case .foreign: image == Self.image.new ? "6bcfd9f5c4" : "7d9bcc6f84"
    }
  }

  var stable: String { hash(Self.image.stable) }
  var new: String { hash(Self.image.new) }

  /// The Rollout; `image` is the one that its spec asks for.
  func rollout(status: JSONValue, revision: Int = 2, image: String = image.new) -> JSONValue {
    var status = status
    status["observedGeneration"] = "5"
    if !stepHash.isEmpty { status["currentStepHash"] = .string(stepHash) }
    return [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
      "metadata": [
        "name": "web", "namespace": "shop", "uid": "7b1f0a52-0000-4000-8000-000000000001",
        "generation": isEditedSince ? 6 : 5,
        "annotations": ["rollout.argoproj.io/revision": .string(String(revision)), "team": "shop"],
      ],
      "spec": [
        "replicas": JSONValue(replicas), "selector": ["matchLabels": ["app": "web"]],
        "template": Self.template(image), "strategy": strategy,
      ],
      "status": status,
    ]
  }

  func replicaSet(_ image: String, revision: Int, size: Int, annotations: [String: String] = [:]) -> JSONValue
  {
    let hash = hash(image)
    var template = Self.withImage(image, in: AdoptionComparisonTests.stored)
    template.set(.string(hash), at: "metadata", "labels", RolloutNames.podTemplateHash)
    var all = [
      "rollout.argoproj.io/revision": String(revision), "team": "shop",
      "rollout.argoproj.io/desired-replicas": String(replicas),
    ]
    all.merge(annotations) { $1 }
    return [
      "apiVersion": "apps/v1", "kind": "ReplicaSet",
      "metadata": [
        "name": .string("web-\(hash)"), "namespace": "shop", "uid": .string("uid-\(hash)"), "generation": 3,
        "creationTimestamp": .string("2026-10-0\(revision)T09:00:00Z"), "annotations": JSONValue(all),
        "labels": template.at("metadata", "labels") ?? .null,
        "ownerReferences": [
          [
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web", "controller": true,
            "uid": "7b1f0a52-0000-4000-8000-000000000001", "blockOwnerDeletion": true,
          ]
        ],
      ],
      "spec": [
        "replicas": JSONValue(size),
        "selector": ["matchLabels": ["app": "web", "rollouts-pod-template-hash": .string(hash)]],
        "template": template,
      ],
    ]
  }

  func service(_ name: String, _ hash: String) -> JSONValue {
    [
      "apiVersion": "v1", "kind": "Service",
      "metadata": [
        "name": .string(name), "namespace": "shop",
        "annotations": ["argo-rollouts.argoproj.io/managed-by-rollouts": "web"],
      ], "spec": ["selector": ["app": "web", "rollouts-pod-template-hash": .string(hash)]],
    ]
  }

  /// The route with its weights, accepted by its gateway.
  func route(weight: Int) -> JSONValue {
    [
      "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
      "metadata": ["name": "web", "namespace": "shop", "generation": 4],
      "spec": [
        "rules": [
          [
            "backendRefs": [
              ["name": "web-stable", "port": 80, "weight": JSONValue(100 - weight)],
              ["name": "web-canary", "port": 80, "weight": JSONValue(weight)],
            ]
          ]
        ]
      ],
      "status": [
        "parents": [["conditions": [["type": "Accepted", "status": "True", "observedGeneration": 4]]]]
      ],
    ]
  }

  func weights(_ weight: Int) -> JSONValue {
    [
      "canary": [
        "weight": JSONValue(weight), "serviceName": "web-canary", "podTemplateHash": .string(new),
      ],
      "stable": [
        "weight": JSONValue(100 - weight), "serviceName": "web-stable", "podTemplateHash": .string(stable),
      ],
    ]
  }

  /// Conditions in the order in which Argo Rollouts has them after a promotion and the begin of a release.
  func conditions(progressing: (status: String, reason: String, message: String), isPaused: Bool) -> JSONValue
  {
    let since: JSONValue = .string((Self.now + .seconds(-60)).rfc3339)
    func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> JSONValue {
      [
        "type": .string(type), "status": .string(status), "reason": .string(reason),
        "message": .string(message), "lastUpdateTime": since, "lastTransitionTime": since,
      ]
    }
    return [
      condition("Available", "True", "AvailableReason", "Rollout has minimum availability"),
      condition("Healthy", "False", "RolloutHealthy", "Rollout is not healthy"),
      condition("Completed", "False", "RolloutCompleted", "RolloutCompleted"),
      condition("Paused", isPaused ? "True" : "False", "RolloutPaused", "Rollout is paused"),
      condition("Progressing", progressing.status, progressing.reason, progressing.message),
    ]
  }

  /// When the simulated world begins.
  static let now = Instant(secondsSinceEpoch: 1_800_000_000)

  func sim(_ objects: [JSONValue]) -> ClusterSim {
    let rollout = objects.first { $0["kind"] == "Rollout" } ?? .null
    var sim = ClusterSim(rollout: rollout, settings: .init(analysisTime: 20, hasOrigin: false))
    sim.analysisTemplates = Self.analysisTemplates
    sim.find(objects)
    return sim
  }

  /// The templates that the recorded steps name.
  static let analysisTemplates: [String: JSONValue] = Dictionary(
    uniqueKeysWithValues: ["random-fail", "always-pass"].map { name in
      (
        name,
        [
          "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisTemplate",
          "metadata": ["name": .string(name), "namespace": "shop"],
          "spec": ["metrics": [["name": .string(name), "provider": ["web": ["url": "http://127.0.0.1/"]]]]],
        ]
      )
    }
  )
}
