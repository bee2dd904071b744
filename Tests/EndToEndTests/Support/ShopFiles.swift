/// A small shop in Git: a Rollout with two steps of traffic, each paused at and measured.
///
/// No object names a namespace but the GitSource, so the same files serve in many namespaces.
struct ShopFiles: Sendable {
  /// What the analysis asks.
  enum Metric: Sendable {
    /// What users of the entry point got from the canary.
    case traffic(gateway: String)
    /// What the test wrote into the ConfigMap `metric`: `good`, or anything else for a failure.
    case configMap(api: String)
  }

  static let rolloutFile = "shop/rollout.yaml"

  let namespace: String
  let repositoryURL: String
  let metric: Metric
  var pause = "1s"

  /// Path in the repository to content.
  var files: [String: String] {
    [
      "shop/services.yaml": services, "shop/route.yaml": route, "shop/analysis.yaml": analysis,
      Self.rolloutFile: rollout, "shop/source.yaml": source, "README.md": "# The shop\n",
    ]
  }

  /// The namespace, the metric and the source: what a person applies to get started.
  var beginning: String {
    """
    apiVersion: v1
    kind: Namespace
    metadata: { name: \(namespace) }
    ---
    \(metricMap("good"))
    ---
    \(source)
    """
  }

  /// The ConfigMap that holds what the next measurements say.
  func metricMap(_ value: String) -> String {
    """
    apiVersion: v1
    kind: ConfigMap
    metadata: { name: metric, namespace: \(namespace) }
    data: { value: \(value) }
    """
  }

  private var source: String {
    """
    apiVersion: serin.dev/v1alpha1
    kind: GitSource
    metadata: { name: shop, namespace: \(namespace) }
    spec:
      url: \(repositoryURL)
      branch: main
      path: shop
      interval: 1s
      writeBack:
        mode: commit
        author: { name: Serin, email: serin@example.com }

    """
  }

  private var services: String {
    ["web-stable", "web-canary"].map { name in
      """
      apiVersion: v1
      kind: Service
      metadata: { name: \(name) }
      spec:
        selector: { app: web }
        ports: [{ name: http, port: 80, targetPort: http }]

      """
    }.joined(separator: "---\n")
  }

  private var route: String {
    """
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: { name: web }
    spec:
      parentRefs: [{ name: gateway }]
      rules:
      - backendRefs:
        - { name: web-stable, port: 80 }
        - { name: web-canary, port: 80 }

    """
  }

  private var analysis: String {
    let (url, path, condition) =
      switch metric {
      case .traffic(let gateway):
        (
          "\(gateway)/__gateway/stats?namespace=\(namespace)&service=web-canary&window=3s",
          "{$.successRate}", "result >= 0.95"
        )
      case .configMap(let api):
        (
          "\(api)/api/v1/namespaces/\(namespace)/configmaps/metric", "{$.data.value}", "result == 'good'"
        )
      }
    return """
      apiVersion: argoproj.io/v1alpha1
      kind: AnalysisTemplate
      metadata: { name: success-rate }
      spec:
        metrics:
        - name: success-rate
          interval: 1s
          count: 2
          failureLimit: 0
          successCondition: \(condition)
          provider:
            web:
              url: \(url)
              jsonPath: "\(path)"

      """
  }

  private var rollout: String {
    """
    # The shop's web server.
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata: { name: web }
    spec:
      replicas: 2
      revisionHistoryLimit: 10   # a line that others edit
      selector:
        matchLabels: { app: web }
      template:
        metadata:
          labels: { app: web }
        spec:
          containers:
          - name: web
            image: shop:v1   # the team edits this line
            ports: [{ name: http, containerPort: 8080 }]
            readinessProbe:
              httpGet: { path: /healthz, port: http }
              periodSeconds: 1
      strategy:
        canary:
          stableService: web-stable
          canaryService: web-canary
          scaleDownDelaySeconds: 1
          abortScaleDownDelaySeconds: 1
          trafficRouting:
            plugins:
              argoproj-labs/gatewayAPI: { httpRoute: web }
          steps:
          - setWeight: 20
          - pause: { duration: \(pause) }
          - analysis: { templates: [{ templateName: success-rate }] }
          - setWeight: 50
          - pause: { duration: \(pause) }
          - analysis: { templates: [{ templateName: success-rate }] }

    """
  }
}
