import HTTPTransport
import KubeModel
import Primitives
import Testing

@testable import KubeClient

@Suite struct KubeRequestTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let request: KubeRequest
    let line: String
    let attempt: String
    var testDescription: String { line }

    init(_ request: KubeRequest, _ line: String, _ attempt: String) {
      self.request = request
      self.line = line
      self.attempt = attempt
    }
  }

  static let web: JSONValue = ["metadata": ["namespace": "shop", "name": "web"], "spec": [:]]

  static let cases: [Case] = [
    Case(
      .get(.pods, namespace: "shop", name: "a"),
      "GET /api/v1/namespaces/shop/pods/a",
      "cannot get pods shop/a"
    ),
    Case(
      .get(.rollouts, namespace: "shop", name: "web", subresource: "status"),
      "GET /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web/status",
      "cannot get rollouts.argoproj.io shop/web (status)"
    ),
    Case(
      .get(.namespaces, namespace: "ignored", name: "shop"),
      "GET /api/v1/namespaces/shop",
      "cannot get namespaces shop"
    ),
    Case(
      .evict(namespace: "shop", pod: "a", uid: "1"),
      "POST /api/v1/namespaces/shop/pods/a/eviction",
      "cannot create pods shop/a (eviction)"
    ),
    Case(.list(.pods, scope: ListScope()), "GET /api/v1/pods", "cannot list pods"),
    Case(
      .list(
        .pods,
        scope: ListScope(namespace: "shop", labelQuery: "app in (a,b),!old", fieldQuery: "spec.nodeName=n"),
        limit: 2,
        continueToken: "a/b=="
      ),
      "GET /api/v1/namespaces/shop/pods?labelSelector=app%20in%20%28a%2Cb%29%2C%21old"
        + "&fieldSelector=spec.nodeName%3Dn&limit=2&continue=a%2Fb%3D%3D",
      "cannot list pods in namespace shop"
    ),
    Case(
      .watch(.replicaSets, scope: ListScope(), resourceVersion: "7", timeout: .seconds(300)),
      "GET /apis/apps/v1/replicasets?watch=1&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=300",
      "cannot watch replicasets.apps"
    ),
    Case(
      .create(
        .rollouts,
        web,
        options: WriteOptions(fieldManager: "serin", dryRun: true, fieldValidation: "Strict")
      ),
      "POST /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts?fieldManager=serin&dryRun=All&fieldValidation=Strict",
      "cannot create rollouts.argoproj.io shop/web"
    ),
    Case(
      .update(.rollouts, web, subresource: "status", options: WriteOptions()),
      "PUT /apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web/status",
      "cannot update rollouts.argoproj.io shop/web (status)"
    ),
    Case(
      .patch(
        .httpRoutes,
        namespace: "shop",
        name: "web",
        .apply([:], fieldManager: "serin me", force: true),
        subresource: nil,
        options: PatchOptions(fieldManager: "other")
      ),
      "PATCH /apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes/web?fieldManager=serin%20me&force=true",
      "cannot apply httproutes.gateway.networking.k8s.io shop/web"
    ),
    Case(
      .delete(.pods, namespace: "shop", name: "a b", DeleteOptions()),
      "DELETE /api/v1/namespaces/shop/pods/a%20b",
      "cannot delete pods shop/a b"
    ),
  ]

  @Test(arguments: cases)
  func buildsTheLineAndTheAttempt(example: Case) {
    let http = example.request.httpRequest(server: "https://host", deadline: .seconds(1))
    #expect("\(http.method) \(http.url)" == example.line.replacing(" /", with: " https://host/"))
    #expect(example.request.attempt == example.attempt)
  }

  @Test(arguments: [
    (KubePatch.json([]), "application/json-patch+json"), (.merge([:]), "application/merge-patch+json"),
    (.strategic([:]), "application/strategic-merge-patch+json"),
    (.apply([:], fieldManager: "m", force: false), "application/apply-patch+yaml"),
  ])
  func tellsTheFormsOfAPatchApartByMediaType(patch: KubePatch, type: String) {
    let request = KubeRequest.patch(
      .pods,
      namespace: "n",
      name: "p",
      patch,
      subresource: nil,
      options: PatchOptions()
    )
    #expect(request.httpRequest(deadline: nil).headers["content-type"] == type)
  }

  @Test func fillsInTheKindThatItemsOfAListLack() {
    let request = KubeRequest.create(.rollouts, Self.web, options: WriteOptions())
    #expect(request.body?.apiVersion == "argoproj.io/v1alpha1")
    #expect(request.body?.kind == "Rollout")
  }

  @Test func sendsPreconditionsAndPropagationOfADelete() {
    let options = DeleteOptions(
      propagation: .foreground,
      uid: "u",
      resourceVersion: "7",
      gracePeriodSeconds: 0
    )
    let expected: JSONValue = [
      "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground", "gracePeriodSeconds": 0,
      "preconditions": ["uid": "u", "resourceVersion": "7"],
    ]
    #expect(options.json == expected)
  }
}

extension String {
  fileprivate func replacing(_ text: String, with other: String) -> String {
    guard let range = firstRange(of: text) else { return self }
    return self[..<range.lowerBound] + other + self[range.upperBound...]
  }

  private func firstRange(of text: String) -> Range<String.Index>? {
    indices.first { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
  }
}
