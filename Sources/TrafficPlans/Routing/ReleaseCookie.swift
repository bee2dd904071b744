/// The cookie by which a data plane knows users again, for one release only: a cookie of the release before must not
/// decide who sees the canary of this one.
enum ReleaseCookie {
  private static let prefix = "serin-"

  static func name(_ weights: TrafficWeights) -> String {
    prefix + (weights.canaryHash.isEmpty ? "canary" : weights.canaryHash)
  }

  /// Whether a cookie of that name was ours, of whatever release.
  static func isOurs(_ name: String?) -> Bool { name?.hasPrefix(prefix) ?? false }
}
