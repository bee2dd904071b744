import KubeModel
import Primitives

/// The annotations of haproxy-ingress that weigh the pods of one Service by a label: here by their revision.
struct BlueGreenBalance {
  private static let label = "rollouts-pod-template-hash"
  private let balance: String
  private let mode: String

  init(prefix: String) {
    balance = "\(prefix)/blue-green-balance"
    mode = "\(prefix)/blue-green-mode"
  }

  /// The Ingress with the weights; without them when the canary has none.
  func written(_ ingress: JSONValue, _ weights: TrafficWeights) -> JSONValue {
    var written = ingress
    written.setAnnotation(balance, weights.canary > 0 ? text(weights) : nil)
    // Weights are those of a revision, however many pods it has.
    written.setAnnotation(mode, weights.canary > 0 ? "deploy" : nil)
    return written
  }

  /// Stable first; a revision that is both, at the end of a release, has everything.
  private func text(_ weights: TrafficWeights) -> String {
    guard weights.canaryHash != weights.stableHash else { return entry(weights.stableHash, weights.total) }
    return entry(weights.stableHash, weights.total - weights.canary) + ","
      + entry(weights.canaryHash, weights.canary)
  }

  private func entry(_ hash: String, _ weight: Int) -> String { "\(Self.label)=\(hash)=\(weight)" }

  /// The hashes and weights of a live Ingress; nil when it has none, or others than by revision.
  func read(_ ingress: JSONValue) -> [(hash: String, weight: Int)]? {
    guard let text = ingress.annotation(balance) else { return nil }
    var entries: [(String, Int)] = []
    for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = entry.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == Self.label, let weight = Int(parts[2]) else { return nil }
      entries.append((String(parts[1]), min(256, max(0, weight))))
    }
    return entries
  }
}
