/// The memory of a comparison: its rule, the raw counts, and what they come to. Bounded, whatever the number of looks.
///
/// A value of its JSON is kept in the AnalysisRun, see ``ComparisonRecord/text``; evidence and verdict are a function of
/// the rest, which ``ComparisonRecord/recomputed()`` shows.
package struct ComparisonRecord: Sendable, Hashable {
  /// Blocks beyond this are merged.
  package static let blockLimit = 64
  /// Values of a sample beyond this are put together in pairs, or left out for pods.
  package static let sampleLimit = 128

  package let rule: JudgeRule
  /// Looks that had values of both.
  package internal(set) var looks = 0
  /// Steps that have ended during the looks, and whether one did during the last look.
  package internal(set) var steps = 0
  package internal(set) var endsStep = false
  /// Looks without: empty, NaN, partial or an error.
  package internal(set) var skipped = 0
  /// Why the last look was left out; empty when it was not.
  package internal(set) var problem = ""
  /// The time of the looks that count.
  package internal(set) var seconds = 0.0
  package internal(set) var blocks: [ComparisonBlock] = []
  package internal(set) var canarySamples: [Double] = []
  package internal(set) var stableSamples: [Double] = []
  /// Looks in each value of a block sample, but for the last, which may have fewer.
  package internal(set) var looksPerSample = 1
  /// Whether the time is over, so that what is undecided stays so.
  package internal(set) var isConcluded = false
  package internal(set) var evidence = ComparisonEvidence()
  package internal(set) var verdict = ComparisonVerdict(.running, .notMeasured)

  package init(rule: JudgeRule) { self.rule = rule }

  /// The requests of all looks.
  package var requests: ComparisonBlock.Requests {
    blocks.reduce(into: .init(canary: 0, stable: 0)) { sum, block in
      sum.canary += block.requests.canary
      sum.stable += block.requests.stable
    }
  }

  /// Bad requests of one category at the canary and at stable.
  package func bad(_ category: Int = 0) -> (canary: Int, stable: Int) {
    blocks.reduce((0, 0)) { ($0.0 + $1.canaryBad[category], $0.1 + $1.stableBad[category]) }
  }

  /// Puts a block into the record; false when older blocks changed, so that what was folded from them is void.
  mutating func append(_ block: ComparisonBlock) -> Bool {
    if block.isQuiet, let index = blocks.firstIndex(where: { $0.isQuiet && $0.weight == block.weight }) {
      blocks[index].merge(block)
      return true
    }
    blocks.append(block)
    guard blocks.count > Self.blockLimit else { return true }
    var best: (first: Int, second: Int, cost: Double)?
    for first in blocks.indices {
      for second in blocks.indices.dropFirst(first + 1) where blocks[first].weight == blocks[second].weight {
        let cost = blocks[first].cost(ofMerging: blocks[second])
        if cost < best?.cost ?? .infinity { best = (first, second, cost) }
      }
    }
    guard let best else { return true }
    blocks[best.first].merge(blocks[best.second])
    blocks.remove(at: best.second)
    return false
  }
}
