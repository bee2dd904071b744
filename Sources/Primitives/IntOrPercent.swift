/// Kubernetes' IntOrString where it means a count or a percentage.
package enum IntOrPercent: Sendable, Hashable {
  case count(Int)
  case percent(Int)

  /// Reads `3`, `"3"` or `"25%"`. A bare number in a string counts as a percentage for `maxSurge` and
  /// `maxUnavailable` of a Rollout, which Argo Rollouts inherited from a deprecated parser; see `bareStringIsPercent`.
  package init?(_ value: JSONValue, bareStringIsPercent: Bool = true) {
    if let count = value.int {
      self = .count(count)
      return
    }
    guard let text = value.string else { return nil }
    if text.hasSuffix("%"), let percent = Int(text.dropLast()) {
      self = .percent(percent)
    } else if let number = Int(text) {
      self = bareStringIsPercent ? .percent(number) : .count(number)
    } else {
      return nil
    }
  }

  /// The count that this means of a total; percentages round up or down as asked.
  package func count(of total: Int, roundingUp: Bool) -> Int {
    switch self {
    case .count(let count): count
    case .percent(let percent): (percent * total + (roundingUp ? 99 : 0)) / 100
    }
  }
}
