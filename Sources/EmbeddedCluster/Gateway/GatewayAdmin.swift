import KubeModel
import Primitives

/// The gateway's own pages, below `/__gateway/`.
enum GatewayAdmin {
  /// An answer of the gateway itself.
  struct Answer: Sendable, Equatable {
    let status: Int
    let contentType: String
    let body: String
  }

  private static let prefix = "/__gateway/"

  /// The answer to a request target; nil when it is none of the gateway's pages.
  static func answer(_ target: String, state: GatewayState) -> Answer? {
    guard target.hasPrefix(prefix) else { return nil }
    let parts = target.dropFirst(prefix.count).split(separator: "?", maxSplits: 1).map(String.init)
    switch parts.first {
    case "stats": return stats(query(parts.count > 1 ? parts[1] : ""), state)
    case "metrics":
      return Answer(status: 200, contentType: "text/plain; version=0.0.4", body: state.metrics)
    default: return failure(404, "no such page; there are stats and metrics")
    }
  }

  private static func stats(_ query: [String: String], _ state: GatewayState) -> Answer {
    guard let name = query["service"], !name.isEmpty else {
      return failure(400, "the query must name a service: ?service=NAME&namespace=NAMESPACE&window=5s")
    }
    let text = query["window"] ?? "60s"
    guard let window = Duration(go: text), window > .zero else {
      return failure(400, "window is not a duration such as 5s: \(text)")
    }
    let key = ObjectKey(namespace: query["namespace"] ?? "default", name: name)
    let counts = state.counts(service: key, window: window)
    let body: JSONValue = [
      "requests": JSONValue(counts.requests), "errors": JSONValue(counts.errors),
      "successRate": counts.successRate.map(JSONValue.double) ?? .null,
    ]
    return Answer(status: 200, contentType: "application/json", body: body.text() + "\n")
  }

  private static func failure(_ status: Int, _ message: String) -> Answer {
    let body: JSONValue = ["error": .string(message)]
    return Answer(status: status, contentType: "application/json", body: body.text() + "\n")
  }

  private static func query(_ text: String) -> [String: String] {
    let pairs = text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      return (parts.first ?? "", parts.count > 1 ? parts[1] : "")
    }
    return Dictionary(pairs) { $1 }
  }
}
