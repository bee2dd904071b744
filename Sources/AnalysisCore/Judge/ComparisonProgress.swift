/// A record with what was folded from it so far, so that a look costs no more than itself.
///
/// The verdict is the same, bit for bit, as that of a fold from the start: sums are taken in the order of the blocks.
package struct ComparisonProgress: Sendable {
  package private(set) var record: ComparisonRecord
  private var odds: OddsFold

  /// Goes on from a record.
  package init(_ record: ComparisonRecord) {
    self.record = record
    odds = OddsFold(record.rule, record.blocks)
  }

  /// Takes in a look and decides; a verdict that is final stays as it is.
  package mutating func look(_ look: ComparisonLook) {
    guard !record.verdict.phase.isCompleted else { return }
    switch record.rule.method {
    case .sequential: takeCounts(look)
    case .groupSequential(let group):
      takeCounts(look)
      // All of the risk is spent at the last planned look: another one would be beyond it.
      if record.plannedLooks(group) >= group.fractions.count { record.isConcluded = true }
    case .mannWhitney(let rule): record.takeSamples(look, rule)
    }
    decide()
  }

  /// Ends the comparison: what is undecided becomes what `onInsufficientEvidence` says.
  package mutating func conclude() {
    guard !record.verdict.phase.isCompleted else { return }
    record.isConcluded = true
    decide()
  }

  mutating func decide() {
    record.evidence = record.weigh(odds)
    record.verdict = record.judge()
  }

  private mutating func takeCounts(_ look: ComparisonLook) {
    record.endsStep = look.endsStep
    if look.endsStep { record.steps += 1 }
    switch ComparisonBlock.reading(look, categories: record.rule.categories) {
    case .failure(let problem): record.skip(problem.description)
    case .success(let block):
      record.looks += 1
      record.problem = ""
      record.seconds += max(0, look.seconds)
      let isQuiet = block.isQuiet
      if record.append(block) {
        if !isQuiet { odds.add(block) }
      } else {
        odds = OddsFold(record.rule, record.blocks)
      }
    }
  }
}

/// The evidence about the odds, of each category.
struct OddsFold: Sendable {
  /// Against the tolerance: alternatives are worse.
  private(set) var harm: [OddsEvidence]
  /// Against harm: alternatives are better.
  private(set) var safety: [OddsEvidence]

  /// The grids reach from 1.4 times the reference to 20 times the odds, and to a twentieth of harm. The weights fall
  /// with the distance from the reference: what is far from it is seen soon whatever its weight.
  init(_ rule: JudgeRule, _ blocks: [ComparisonBlock]) {
    guard case .sequential = rule.method else {
      (harm, safety) = ([], [])
      return
    }
    let worse = OddsEvidence.grid(from: rule.tolerance * 1.4, to: max(20, rule.tolerance * 4), count: 20)
    let better = OddsEvidence.grid(from: rule.harm / 20, to: rule.harm / 1.4, count: 20)
    let harmTest = OddsEvidence(
      reference: rule.tolerance,
      alternatives: worse,
      weights: worse.map { 1 / ($0 * $0) }
    )
    let safetyTest = OddsEvidence(reference: rule.harm, alternatives: better, weights: better.map { $0 * $0 })
    harm = Array(repeating: harmTest, count: rule.categories)
    safety = Array(repeating: safetyTest, count: rule.categories)
    for block in blocks { add(block) }
  }

  /// Takes in errors of the first category, which may be expectations.
  mutating func add(canary: Double, errors: Double, share: Double) {
    harm[0].add(canary: canary, errors: errors, share: share)
    safety[0].add(canary: canary, errors: errors, share: share)
  }

  /// A block of several looks counts with the share that speaks least for either.
  mutating func add(_ block: ComparisonBlock) {
    for index in harm.indices {
      let canary = Double(block.canaryBad[index])
      let errors = Double(block.canaryBad[index] + block.stableBad[index])
      harm[index].add(canary: canary, errors: errors, share: block.highest.share)
      safety[index].add(canary: canary, errors: errors, share: block.lowest.share)
    }
  }
}
