/// The shop of the demo, as its team keeps it in Git.
struct ShopManifests {
  let repositoryURL: String
  let gatewayPort: Int

  /// Path in the repository to content.
  var files: [String: String] {
    [
      "shop/namespace.yaml": namespace, "shop/services.yaml": services, "shop/route.yaml": route,
      "shop/analysis.yaml": analysis, "shop/rollout.yaml": rollout, "shop/source.yaml": source,
    ]
  }

  static let rolloutFile = "shop/rollout.yaml"

  var namespace: String {
    """
    apiVersion: v1
    kind: Namespace
    metadata:
      name: shop

    """
  }

  var source: String {
    """
    # Tells Serin where this repository is and that it may write its decisions back.
    apiVersion: serin.dev/v1alpha1
    kind: GitSource
    metadata:
      name: shop
      namespace: shop
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
    """
    apiVersion: v1
    kind: Service
    metadata:
      name: web-stable
      namespace: shop
    spec:
      selector: { app: web }
      ports: [{ name: http, port: 80, targetPort: http }]
    ---
    apiVersion: v1
    kind: Service
    metadata:
      name: web-canary
      namespace: shop
    spec:
      selector: { app: web }
      ports: [{ name: http, port: 80, targetPort: http }]

    """
  }

  private var route: String {
    """
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata:
      name: web
      namespace: shop
    spec:
      parentRefs: [{ name: gateway }]
      rules:
      - backendRefs:
        # Serin owns the weights while a release is on its way.
        - { name: web-stable, port: 80 }
        - { name: web-canary, port: 80 }

    """
  }

  private var analysis: String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata:
      name: success-rate
      namespace: shop
    spec:
      metrics:
      - name: success-rate
        # What users got from the canary in the last five seconds.
        interval: 1s
        count: 3
        failureLimit: 0
        successCondition: result >= 0.95
        provider:
          web:
            url: http://127.0.0.1:\(gatewayPort)/__gateway/stats?namespace=shop&service=web-canary&window=5s
            jsonPath: "{$.successRate}"

    """
  }

  private var rollout: String {
    """
    apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata:
      name: web
      namespace: shop
    spec:
      replicas: 4
      selector:
        matchLabels: { app: web }
      template:
        metadata:
          labels: { app: web }
        spec:
          containers:
          - name: web
            image: shop:v1   # the team edits this line, and nothing else
            ports: [{ name: http, containerPort: 8080 }]
            readinessProbe:
              httpGet: { path: /healthz, port: http }
              periodSeconds: 1
      strategy:
        canary:
          stableService: web-stable
          canaryService: web-canary
          scaleDownDelaySeconds: 2
          abortScaleDownDelaySeconds: 2
          trafficRouting:
            plugins:
              argoproj-labs/gatewayAPI: { httpRoute: web }
          steps:   # careful steps: the shop earns our living
          - setWeight: 20
          - pause: { duration: 3s }
          - analysis: { templates: [{ templateName: success-rate }] }
          - setWeight: 50
          - pause: { duration: 3s }
          - analysis: { templates: [{ templateName: success-rate }] }

    """
  }
}
