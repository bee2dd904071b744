/// All that a verdict about canary and stable depends on beside the counts: the method and its parameters.
///
/// Stored with every verdict, so that it can be recomputed. Spelled in JSON as in the field `compare` of a metric.
package struct JudgeRule: Sendable, Hashable {
  /// How canary and stable are compared.
  package enum Method: Sendable, Hashable {
    /// The conditional, anytime-valid test of counts; see ``OddsEvidence``.
    case sequential
    /// The Mann-Whitney test of samples, decided as Kayenta does.
    case mannWhitney(MannWhitneyRule)
    /// A test of counts that looks a planned number of times.
    case groupSequential(GroupSequentialRule)

    /// The name in manifests.
    package var name: String {
      switch self {
      case .sequential: "sequential"
      case .mannWhitney: "mannWhitney"
      case .groupSequential: "groupSequential"
      }
    }
  }

  /// What becomes of a comparison that has no verdict when its time is over.
  package enum Shortfall: String, Sendable, Hashable, CaseIterable {
    /// Inconclusive: a person decides.
    case hold
    /// Successful.
    case advance
    /// Failed.
    case abort
  }

  /// How far the measured share of the canary's requests may be from its weight.
  package struct SampleRatio: Sendable, Hashable {
    /// The ratio of odds, both ways, that is put down to chance, retries and connections that live long.
    package var tolerance = 1.5
    /// The probability to call a right routing wrong, at any time.
    package var risk = 0.001

    package init(tolerance: Double = 1.5, risk: Double = 0.001) {
      self.tolerance = tolerance
      self.risk = risk
    }
  }

  package var method: Method
  /// θ₀: the canary's odds of an error may be this many times those at stable.
  package var tolerance: Double
  /// The odds ratio that would be harm: promotion is early once it is ruled out.
  package var harm: Double
  /// The probability that a release whose canary is within the tolerance is aborted.
  package var alpha: Double
  /// The probability that a canary that does harm is promoted early by one metric.
  package var beta: Double
  /// The metrics of the release that compare; the release's alpha is shared evenly among them.
  package var metrics: Int
  /// Requests, or values, that canary and stable must each have before there is a verdict.
  package var minSamples: Int
  /// Nil when the routing is not checked.
  package var sampleRatio: SampleRatio?
  package var onInsufficientEvidence: Shortfall
  /// Upper bounds of histogram buckets: what is slower than a bound is "bad" in that bound's own test. Empty for counts.
  package var bounds: [Double]

  package init(
    method: Method = .sequential,
    tolerance: Double = 1.2,
    harm: Double = 2,
    alpha: Double = 0.05,
    beta: Double = 0.05,
    metrics: Int = 1,
    minSamples: Int = 0,
    sampleRatio: SampleRatio? = SampleRatio(),
    onInsufficientEvidence: Shortfall = .hold,
    bounds: [Double] = []
  ) {
    self.method = method
    self.tolerance = tolerance
    self.harm = harm
    self.alpha = alpha
    self.beta = beta
    self.metrics = metrics
    self.minSamples = minSamples
    self.sampleRatio = sampleRatio
    self.onInsufficientEvidence = onInsufficientEvidence
    self.bounds = bounds
  }

  /// The part of the release's alpha that this metric may spend: an even share (Bonferroni).
  ///
  /// By the union bound the release's risk of a false abort is at most the sum of the shares, which is alpha. Over its
  /// looks, `sequential` need not split its share, because an e-process holds at all times at once; `groupSequential`
  /// spends it by its spending function; `mannWhitney` takes 1/(k(k + 1)) of it at look k, which sums to all of it.
  package var metricAlpha: Double { alpha / Double(max(1, metrics)) }

  /// How many kinds of "bad" there are in one look: one, or one for each bound.
  package var categories: Int { max(1, bounds.count) }
}

/// How the Mann-Whitney test decides, in Kayenta's terms.
package struct MannWhitneyRule: Sendable, Hashable {
  /// Which change of the metric is bad.
  package enum Direction: String, Sendable, Hashable, CaseIterable {
    case increase, decrease, either
  }

  /// What a sample is made of.
  package enum Unit: String, Sendable, Hashable, CaseIterable {
    /// One value for each pod over all the time so far; every look has new values.
    case pods
    /// One value for each look: the mean of what the look brings.
    case blocks
  }

  package var direction: Direction
  package var unit: Unit
  /// The confidence of the interval of the shift at every look (Kayenta's is 0.98); nil for what alpha allows.
  package var confidence: Double?
  /// The shift must be beyond this share of its own estimate.
  package var tolerance: Double
  /// The ratio of means from which on a shift counts; Kayenta's `effectSize.allowedIncrease`. Its inverse counts for a
  /// decrease.
  package var allowedIncrease: Double

  package init(
    direction: Direction = .increase,
    unit: Unit = .pods,
    confidence: Double? = nil,
    tolerance: Double = 0.25,
    allowedIncrease: Double = 1
  ) {
    self.direction = direction
    self.unit = unit
    self.confidence = confidence
    self.tolerance = tolerance
    self.allowedIncrease = allowedIncrease
  }
}

/// When a group sequential test looks, and how it spends its risk.
package struct GroupSequentialRule: Sendable, Hashable {
  /// The shape of the boundaries.
  package enum Boundary: String, Sendable, Hashable, CaseIterable {
    case pocock, obrienFleming, lanDeMetsPocock, lanDeMetsOBrienFleming
  }

  /// What a planned look is.
  package enum Occasion: String, Sendable, Hashable, CaseIterable {
    /// Every look of the metric.
    case interval
    /// The end of a step: the first look at which the canary's weight is another one than before. The looks in between
    /// only count.
    case step
  }

  package var boundary: Boundary
  package var each: Occasion
  /// The share of the planned information at each look; rising, the last is 1.
  package var fractions: [Double]

  package init(
    boundary: Boundary = .lanDeMetsOBrienFleming,
    each: Occasion = .interval,
    fractions: [Double]
  ) {
    self.boundary = boundary
    self.each = each
    self.fractions = fractions
  }

  /// The boundaries of z on one side that spend the risk. Those of Pocock and of O'Brien and Fleming are for evenly
  /// spaced looks.
  package func boundaries(risk: Double) -> [Double] {
    switch boundary {
    case .pocock: GroupSequential.pocock(alpha: risk, looks: fractions.count)
    case .obrienFleming: GroupSequential.obrienFleming(alpha: risk, looks: fractions.count)
    case .lanDeMetsPocock: GroupSequential.boundaries(.pocock, alpha: risk, at: fractions)
    case .lanDeMetsOBrienFleming: GroupSequential.boundaries(.obrienFleming, alpha: risk, at: fractions)
    }
  }
}
