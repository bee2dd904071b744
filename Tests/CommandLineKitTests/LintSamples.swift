/// Manifests of a shop that has no faults; tests break them.
enum LintSamples {
  /// A Rollout on line 1; its steps begin on line 26.
  static func rollout(
    steps: String = """
    - setWeight: 20
    - pause: {}
    - analysis:
        templates: [{ templateName: success-rate }]
        args: ARGS
    """,
    args: String = "[{ name: service, value: web-canary }]"
  ) -> String {
    let lines = steps.replacing("ARGS", with: args).split(separator: "\n")
    return head + lines.map { "        \($0)\n" }.joined()
  }

  private static let head = """
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
              image: shop:v1 # a release is an edit of this line
      strategy:
        canary:
          stableService: web-stable
          canaryService: web-canary
          trafficRouting:
            plugins:
              argoproj-labs/gatewayAPI:
                httpRoute: web
          steps:

    """

  /// What the Rollout refers to, in five documents.
  static let rest = """
    apiVersion: v1
    kind: Namespace
    metadata: { name: shop }
    ---
    apiVersion: v1
    kind: Service
    metadata: { name: web-stable, namespace: shop }
    spec:
      selector: { app: web }
      ports: [{ port: 80 }]
    ---
    apiVersion: v1
    kind: Service
    metadata: { name: web-canary, namespace: shop }
    spec:
      selector: { app: web }
      ports: [{ port: 80 }]
    ---
    apiVersion: gateway.networking.k8s.io/v1
    kind: HTTPRoute
    metadata: { name: web, namespace: shop }
    spec:
      rules:
        - backendRefs:
            - name: web-stable
              port: 80
            - name: web-canary
              port: 80
    ---
    apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata: { name: success-rate, namespace: shop }
    spec:
      args:
        - name: service
      metrics:
        - name: success-rate
          successCondition: result >= 0.95
          provider:
            web:
              url: http://127.0.0.1:8081/stats?service={{args.service}}
              jsonPath: "{$.successRate}"

    """
}
