/// What canary and stable did in the same seconds.
package struct ComparisonLook: Sendable, Hashable {
  package let canary: ArmReading
  package let stable: ArmReading
  /// The canary's weight in percent, if it was the same during all of the look; else nil, and the routing is not
  /// checked.
  package let weight: Double?
  /// The length of the look; for forecasts only.
  package let seconds: Double
  /// Whether the canary's weight was another one at its end than at its beginning.
  package let endsStep: Bool

  package init(
    canary: ArmReading,
    stable: ArmReading,
    weight: Double?,
    seconds: Double,
    endsStep: Bool = false
  ) {
    self.canary = canary
    self.stable = stable
    self.weight = weight
    self.seconds = seconds
    self.endsStep = endsStep
  }
}

/// What was measured of one of the two, typed by what it is worth.
package enum ArmReading: Sendable, Hashable {
  /// Requests, and how many of them were bad; with histogram bounds, how many were slower than each bound. Fractions, as
  /// Prometheus' `increase` makes them, are rounded.
  case counts(bad: [Double], total: Double)
  /// Values: one for each pod, or some that are averaged.
  case samples([Double])
  /// The provider answered with nothing: there was no traffic.
  case empty
  /// A value that is no number.
  case notANumber
  /// Values of a part of the time only, with the reason.
  case partial(String)
  /// No answer, with the provider's words.
  case error(String)

  /// The reading of two count queries. An empty list of bad requests beside a total is none: a counter that was never
  /// raised is not there.
  package static func counts(bad: Double?, total: Double?) -> ArmReading {
    guard let total else { return .empty }
    let bad = bad ?? 0
    return bad.isNaN || total.isNaN ? .notANumber : .counts(bad: [bad], total: total)
  }

  /// The reading of a histogram: cumulative counts by upper bound, as Prometheus' `le`; infinity has the total.
  package static func histogram(_ buckets: [Double: Double], bounds: [Double]) -> ArmReading {
    guard !buckets.isEmpty else { return .empty }
    guard let total = buckets[.infinity] else { return .error("the histogram has no bucket +Inf") }
    var slower: [Double] = []
    for bound in bounds {
      guard let faster = buckets[bound] else {
        return .error("the histogram has no bucket with the bound \(GoFormat.plain(bound))")
      }
      slower.append(total - faster)
    }
    return slower.contains(where: \.isNaN) || total.isNaN ? .notANumber : .counts(bad: slower, total: total)
  }
}
