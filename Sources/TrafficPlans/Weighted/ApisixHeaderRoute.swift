import KubeModel
import Primitives

/// The ApisixRoute that a header route is: the rules of the rollout for requests with the headers, of which all go to
/// the canary.
struct ApisixHeaderRoute {
  let managed: ManagedRoute
  /// How far before the rules of people it is asked.
  let precedence: Int
  /// The rules of people, each with the place of the canary among its backends.
  let rules: [(rule: JSONValue, canary: Int)]

  func object(_ address: RouteAddress, from route: JSONValue, _ weights: TrafficWeights) -> JSONValue {
    var spec = route.spec
    // Rules that the rollout does not name, and streams, have no canary.
    spec["http"] = .array(rules.map(rule))
    spec["stream"] = nil
    return [
      "apiVersion": .string(address.type.apiVersion), "kind": .string(address.type.kind),
      "metadata": [
        "name": .string(address.key.name), "namespace": .string(address.key.namespace),
        "ownerReferences": [weights.owner],
      ],
      "spec": spec,
    ]
  }

  private func rule(_ rule: JSONValue, canary: Int) -> JSONValue {
    var narrowed = rule
    var backend = rule["backends"]?[canary] ?? .object([:])
    backend["weight"] = 100
    narrowed["backends"] = [backend]
    narrowed["priority"] = JSONValue(Share.weight(rule["priority"], absent: 0) + precedence)
    let expressions = rule.at("match", "exprs")?.array ?? []
    narrowed.set(.array(expressions + managed.matches.flatMap(Self.expressions)), at: "match", "exprs")
    return narrowed
  }

  private static func expressions(_ match: JSONValue) -> [JSONValue] {
    (match["headers"]?.array ?? []).map { header in
      [
        "subject": ["scope": "Header", "name": header["name"] ?? ""],
        "op": header["type"] == "Exact" ? "Equal" : "RegexMatch",
        "value": header["value"] ?? "",
      ]
    }
  }
}
