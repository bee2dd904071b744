/// Why a look has nothing to compare.
struct ReadingProblem: Error, Sendable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension ComparisonBlock {
  /// The counts of a look, whole numbers; or why it is left out. An empty answer is no traffic.
  static func reading(_ look: ComparisonLook, categories: Int) -> Result<ComparisonBlock, ReadingProblem> {
    do throws(ReadingProblem) {
      let (canary, stable) = (
        try counts(look.canary, "canary", categories), try counts(look.stable, "stable", categories)
      )
      let requests = Requests(canary: canary.total, stable: stable.total)
      return .success(
        ComparisonBlock(weight: look.weight, requests: requests, canaryBad: canary.bad, stableBad: stable.bad)
      )
    } catch {
      return .failure(error)
    }
  }

  private static func counts(_ reading: ArmReading, _ name: String, _ categories: Int) throws(ReadingProblem)
    -> (
      bad: [Int], total: Int
    )
  {
    switch reading {
    case .empty: return (Array(repeating: 0, count: categories), 0)
    case .notANumber: throw ReadingProblem("\(name): not a number (NaN)")
    case .partial(let reason): throw ReadingProblem("\(name): measured in part only: \(reason)")
    case .error(let reason): throw ReadingProblem("\(name): \(reason)")
    case .samples: throw ReadingProblem("\(name): values where counts are needed")
    case .counts(let bad, let total):
      guard bad.count == categories else {
        throw ReadingProblem("\(name): \(bad.count) counts where \(categories) are needed")
      }
      let count = try whole(total, name)
      var bads: [Int] = []
      for value in bad {
        let bad = try whole(value, name)
        // Extrapolated counts may miss each other by a little.
        guard bad <= count || Double(bad) <= Double(count) * 1.01 + 1 else {
          throw ReadingProblem("\(name): \(bad) bad requests of \(count)")
        }
        bads.append(min(bad, count))
      }
      return (bads, count)
    }
  }

  private static func whole(_ value: Double, _ name: String) throws(ReadingProblem) -> Int {
    guard value.isFinite, value > -0.5, value < 1e15 else {
      throw ReadingProblem("\(name): \(GoFormat.plain(value)) is no number of requests")
    }
    return max(0, Int(value.rounded()))
  }
}

extension ComparisonRecord {
  mutating func skip(_ reason: String) {
    skipped += 1
    problem = String(reason.prefix(200))
  }

  /// Takes the samples of a look; see ``MannWhitneyRule/Unit``.
  mutating func takeSamples(_ look: ComparisonLook, _ rule: MannWhitneyRule) {
    do throws(ReadingProblem) {
      let (canary, stable) = (try Self.values(look.canary, "canary"), try Self.values(look.stable, "stable"))
      looks += 1
      problem = ""
      seconds += max(0, look.seconds)
      switch rule.unit {
      case .pods:
        canarySamples = Array(canary.prefix(Self.sampleLimit))
        stableSamples = Array(stable.prefix(Self.sampleLimit))
      case .blocks:
        Self.append(canary.reduce(0, +) / Double(canary.count), to: &canarySamples, looks, looksPerSample)
        Self.append(stable.reduce(0, +) / Double(stable.count), to: &stableSamples, looks, looksPerSample)
        guard canarySamples.count > Self.sampleLimit else { return }
        canarySamples = Self.pairs(canarySamples)
        stableSamples = Self.pairs(stableSamples)
        looksPerSample *= 2
      }
    } catch {
      skip(error.description)
    }
  }

  /// Takes the mean of a look into the last value until that has as many looks as the others.
  private static func append(_ mean: Double, to samples: inout [Double], _ look: Int, _ size: Int) {
    let before = (look - 1) % size
    if before == 0 || samples.isEmpty {
      samples.append(mean)
    } else {
      samples[samples.count - 1] += (mean - samples[samples.count - 1]) / Double(before + 1)
    }
  }

  private static func pairs(_ values: [Double]) -> [Double] {
    stride(from: 0, to: values.count, by: 2).map { index in
      index + 1 < values.count ? (values[index] + values[index + 1]) / 2 : values[index]
    }
  }

  private static func values(_ reading: ArmReading, _ name: String) throws(ReadingProblem) -> [Double] {
    switch reading {
    case .samples(let values):
      let numbers = values.filter(\.isFinite)
      guard !numbers.isEmpty else { throw ReadingProblem("\(name): no value is a number") }
      return numbers
    case .empty: throw ReadingProblem("\(name): no values")
    case .notANumber: throw ReadingProblem("\(name): not a number (NaN)")
    case .partial(let reason): throw ReadingProblem("\(name): measured in part only: \(reason)")
    case .error(let reason): throw ReadingProblem("\(name): \(reason)")
    case .counts: throw ReadingProblem("\(name): counts where values are needed")
    }
  }
}
