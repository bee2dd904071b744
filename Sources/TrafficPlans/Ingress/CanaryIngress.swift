import KubeModel
import Primitives

/// What the canary Ingress of ingress-nginx looks like, by the settings in `trafficRouting.nginx`.
struct CanaryIngress {
  let affinity: IngressAffinity
  private let prefix: String
  /// Annotations as the spec asks for them, under their whole names.
  private let extra: [String: String]

  private static let className = "kubernetes.io/ingress.class"
  /// The names of the annotations that came from the spec: those that leave it leave the Ingress, too.
  private static let record = "serin.dev/ingress-annotations"

  init(_ nginx: JSONValue) {
    let prefix = nginx["annotationPrefix"]?.string ?? ""
    self.prefix = prefix.isEmpty ? "nginx.ingress.kubernetes.io" : prefix
    affinity = IngressAffinity(prefix: self.prefix)
    var extra: [String: String] = [:]
    for (name, value) in nginx["additionalIngressAnnotations"]?.strings ?? [:] {
      extra[name.hasPrefix(self.prefix) ? name : "\(self.prefix)/\(name)"] = value
    }
    for (name, value) in nginx["canaryIngressAnnotations"]?.strings ?? [:] { extra[name] = value }
    self.extra = extra
  }

  /// The annotations that send some requests to the canary by what they carry, whatever its weight is.
  private var requestRules: [String] {
    ["header", "header-value", "header-pattern", "cookie"].map { "\(prefix)/canary-by-\($0)" }
  }

  func hasRequestRules(_ live: JSONValue) -> Bool {
    requestRules.contains { live.annotation($0) != nil }
  }

  /// The whole Ingress, made from the one of people as it is to be; nil when that has no rule with the stable service.
  func wanted(_ key: ObjectKey, from stable: JSONValue, _ weights: TrafficWeights) -> JSONValue? {
    let rules = Self.rules(stable, weights)
    guard !rules.isEmpty else { return nil }
    var spec: JSONValue = ["rules": .array(rules)]
    for field in ["ingressClassName", "tls"] { spec[field] = stable.spec[field] }
    return [
      "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
      "metadata": [
        "name": .string(key.name), "namespace": .string(key.namespace),
        "annotations": JSONValue(annotations(stable, weights)), "ownerReferences": [weights.owner],
      ],
      "spec": spec,
    ]
  }

  private func annotations(_ stable: JSONValue, _ weights: TrafficWeights) -> [String: String] {
    var annotations = extra
    // Without another revision there is no canary to look at beforehand.
    if weights.canary == 0, weights.canaryHash == weights.stableHash, !weights.stableHash.isEmpty {
      for name in requestRules { annotations[name] = nil }
    }
    annotations[Self.className] = annotations[Self.className] ?? stable.annotation(Self.className)
    affinity.setBehavior(&annotations, stable, weights)
    let written = extra.keys.filter { annotations[$0] != nil }.sorted()
    annotations[Self.record] = written.isEmpty ? nil : written.joined(separator: ",")
    annotations["\(prefix)/canary"] = "true"
    annotations["\(prefix)/canary-weight"] = String(weights.canary)
    annotations["\(prefix)/canary-weight-total"] = weights.total == 100 ? nil : String(weights.total)
    return annotations
  }

  /// The live Ingress with all that is wanted, and without what we once wrote; what others added stays.
  func merged(_ wanted: JSONValue, into live: JSONValue) -> JSONValue {
    var merged = live
    let ours = [Self.className, Self.record, "\(prefix)/canary-weight-total", affinity.behavior]
    let recorded = live.annotation(Self.record)?.split(separator: ",").map(String.init) ?? []
    for name in ours + recorded where wanted.annotation(name) == nil { merged.setAnnotation(name, nil) }
    for (name, value) in wanted.annotations { merged.setAnnotation(name, value) }
    merged["spec"] = wanted.spec
    return merged
  }

  /// Only what leads to the stable service is copied: a canary Ingress must not have paths that no other has.
  private static func rules(_ stable: JSONValue, _ weights: TrafficWeights) -> [JSONValue] {
    (stable.spec["rules"]?.array ?? []).compactMap { rule in
      let paths = (rule.at("http", "paths")?.array ?? []).filter {
        leads(path: $0, to: weights.stableService)
      }
      guard !paths.isEmpty else { return nil }
      var rule = rule
      let swapped = paths.map { path in
        var path = path
        path.set(.string(weights.canaryService), at: "backend", "service", "name")
        return path
      }
      rule["http"] = ["paths": .array(swapped)]
      return rule
    }
  }

  private static func leads(path: JSONValue, to service: String) -> Bool {
    path.at("backend", "service", "name")?.string == service
  }

  /// Whether a rule of an Ingress leads to the service.
  static func leads(_ ingress: JSONValue, to service: String) -> Bool {
    (ingress.spec["rules"]?.array ?? []).contains { rule in
      (rule.at("http", "paths")?.array ?? []).contains { leads(path: $0, to: service) }
    }
  }

  /// The weights that a live canary Ingress says; nil when the controller would not take it for one.
  func split(_ live: JSONValue) -> (canary: Int, total: Int)? {
    guard live.annotation("\(prefix)/canary") == "true" else { return nil }
    guard let canary = Int(live.annotation("\(prefix)/canary-weight") ?? "0") else { return nil }
    // A total below 100 counts as 100.
    let total = live.annotation("\(prefix)/canary-weight-total").flatMap(Int.init) ?? 100
    let bounded = max(100, Share.weight(JSONValue(total), absent: 100))
    return (min(max(0, canary), bounded), bounded)
  }
}
