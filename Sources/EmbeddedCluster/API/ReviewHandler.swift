import KubeModel
import Primitives

/// The reviews: questions about identity and rights that are answered at once and stored nowhere.
struct ReviewHandler {
  let request: APIRequest

  private static let kinds = [
    "selfsubjectaccessreviews": "SelfSubjectAccessReview", "subjectaccessreviews": "SubjectAccessReview",
    "localsubjectaccessreviews": "LocalSubjectAccessReview",
    "selfsubjectrulesreviews": "SelfSubjectRulesReview",
    "tokenreviews": "TokenReview", "selfsubjectreviews": "SelfSubjectReview",
  ]

  /// The answer; nil when the path names no review.
  func answer(group: String, rest: ArraySlice<String>) throws(APIError) -> APIResponse? {
    guard group == "authorization.k8s.io" || group == "authentication.k8s.io", let plural = rest.last,
      let kind = Self.kinds[plural], request.method == "POST"
    else { return nil }
    var review: JSONValue
    do throws(JSONError) {
      review = request.body.isEmpty ? [:] : try JSONValue(parsing: request.body)
    } catch {
      throw .badRequest("the object provided is unrecognized (must be of type \(kind)): \(error)")
    }
    review["kind"] = .string(kind)
    review["apiVersion"] = .string("\(group)/v1")
    review.setDefault([:], at: "metadata")
    review["status"] = status(kind, review)
    if kind == "SelfSubjectRulesReview" { review["spec"] = [:] }
    return .json(review, status: 201)
  }

  private func status(_ kind: String, _ review: JSONValue) -> JSONValue {
    switch kind {
    case "SelfSubjectAccessReview": return ["allowed": true]
    case "SubjectAccessReview", "LocalSubjectAccessReview":
      let groups = review.spec["groups"]?.array ?? []
      return ["allowed": .bool(review.spec["user"] == "admin" || groups.contains("system:masters"))]
    case "TokenReview": return ["user": [:], "error": "invalid bearer token"]
    case "SelfSubjectReview":
      return ["userInfo": ["username": "admin", "groups": ["system:masters", "system:authenticated"]]]
    default:
      return Self.rules
    }
  }

  /// What an administrator may do, as a real server lists it: its own rule among those that everyone has.
  private static let rules: JSONValue = [
    "resourceRules": [
      [
        "verbs": ["create"], "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
      ],
      ["verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]],
      ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]],
    ],
    "nonResourceRules": [
      ["verbs": ["*"], "nonResourceURLs": ["*"]],
      [
        "verbs": ["get"],
        "nonResourceURLs": [
          "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz",
          "/version", "/version/",
        ],
      ],
      ["verbs": ["get"], "nonResourceURLs": ["/healthz", "/livez", "/readyz", "/version", "/version/"]],
      ["verbs": ["get"], "nonResourceURLs": ["/.well-known", "/.well-known/*"]],
    ],
    "incomplete": false,
  ]
}
