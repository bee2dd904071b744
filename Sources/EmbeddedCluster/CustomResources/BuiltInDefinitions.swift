import KubeModel
import Primitives

/// The custom kinds that every embedded cluster serves from its start, with permissive schemas of our own.
///
/// Applying a real CRD of the same name takes the place of the one here.
enum BuiltInDefinitions {
  static let all: [JSONValue] = [
    rollout, analysisRun, analysisTemplate, clusterAnalysisTemplate, experiment, gatewayClass, gateway,
    httpRoute,
    gitSource,
  ]

  private static func definition(
    _ group: String,
    _ version: String,
    _ kind: String,
    _ plural: String,
    _ shortNames: [String],
    isNamespaced: Bool = true,
    subresources: JSONValue? = nil,
    columns: [JSONValue] = []
  ) -> JSONValue {
    var served: JSONValue = [
      "name": .string(version), "served": true, "storage": true,
      "schema": ["openAPIV3Schema": permissiveSchema],
      "additionalPrinterColumns": .array(columns + [column("Age", ".metadata.creationTimestamp", "date")]),
    ]
    if let subresources { served["subresources"] = subresources }
    return [
      "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
      "metadata": ["name": .string("\(plural).\(group)")],
      "spec": [
        "group": .string(group), "scope": isNamespaced ? "Namespaced" : "Cluster",
        "names": [
          "kind": .string(kind), "listKind": .string(kind + "List"), "plural": .string(plural),
          "singular": .string(kind.lowercased()), "shortNames": .array(shortNames.map(JSONValue.string)),
        ],
        "versions": [served],
      ],
    ]
  }

  private static let permissiveSchema: JSONValue = {
    let open: JSONValue = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
    return [
      "type": "object",
      "properties": [
        "apiVersion": ["type": "string"], "kind": ["type": "string"], "metadata": ["type": "object"],
        "spec": open, "status": open,
      ],
    ]
  }()

  private static func column(_ name: String, _ path: String, _ type: String = "string") -> JSONValue {
    ["name": .string(name), "type": .string(type), "jsonPath": .string(path)]
  }

  private static let rollout = definition(
    "argoproj.io",
    "v1alpha1",
    "Rollout",
    "rollouts",
    ["ro"],
    subresources: [
      "status": [:],
      "scale": [
        "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.HPAReplicas",
        "labelSelectorPath": ".status.selector",
      ],
    ],
    columns: [
      column("Desired", ".spec.replicas", "integer"), column("Current", ".status.replicas", "integer"),
      column("Up-to-date", ".status.updatedReplicas", "integer"),
      column("Available", ".status.availableReplicas", "integer"),
    ]
  )

  private static let analysisRun = definition(
    "argoproj.io",
    "v1alpha1",
    "AnalysisRun",
    "analysisruns",
    ["ar"],
    columns: [column("Status", ".status.phase")]
  )
  private static let experiment = definition(
    "argoproj.io",
    "v1alpha1",
    "Experiment",
    "experiments",
    ["exp"],
    columns: [column("Status", ".status.phase")]
  )
  private static let analysisTemplate = definition(
    "argoproj.io",
    "v1alpha1",
    "AnalysisTemplate",
    "analysistemplates",
    ["at"]
  )
  private static let clusterAnalysisTemplate = definition(
    "argoproj.io",
    "v1alpha1",
    "ClusterAnalysisTemplate",
    "clusteranalysistemplates",
    ["cat"],
    isNamespaced: false
  )

  private static let gatewayClass = definition(
    "gateway.networking.k8s.io",
    "v1",
    "GatewayClass",
    "gatewayclasses",
    ["gc"],
    isNamespaced: false,
    subresources: ["status": [:]],
    columns: [
      column("Controller", ".spec.controllerName"),
      column("Accepted", ".status.conditions[?(@.type==\"Accepted\")].status"),
    ]
  )
  private static let gateway = definition(
    "gateway.networking.k8s.io",
    "v1",
    "Gateway",
    "gateways",
    ["gtw"],
    subresources: ["status": [:]],
    columns: [
      column("Class", ".spec.gatewayClassName"), column("Address", ".status.addresses[*].value"),
      column("Programmed", ".status.conditions[?(@.type==\"Programmed\")].status"),
    ]
  )
  private static let httpRoute = definition(
    "gateway.networking.k8s.io",
    "v1",
    "HTTPRoute",
    "httproutes",
    [],
    subresources: ["status": [:]],
    columns: [column("Hostnames", ".spec.hostnames")]
  )

  private static let gitSource = definition(
    "serin.dev",
    "v1alpha1",
    "GitSource",
    "gitsources",
    [],
    subresources: ["status": [:]],
    columns: [
      column("URL", ".spec.url"), column("Branch", ".spec.branch"), column("Commit", ".status.commit"),
      column("Ready", ".status.conditions[?(@.type==\"Ready\")].status"),
    ]
  )
}
