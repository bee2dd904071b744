import Primitives

/// What the judges did in many histories of one scenario.
package struct JudgeFindings: Sendable {
  package let runs: Int
  /// Looks at which each run was aborted, sorted; runs that were not are absent.
  package var aborts: [SimulatedJudge: [Int]]
  /// Looks at which Serin promoted early.
  package var promotions: [Int]

  package init(runs: Int, aborts: [SimulatedJudge: [Int]], promotions: [Int]) {
    self.runs = runs
    self.aborts = aborts
    self.promotions = promotions
  }

  /// The share of runs that the judge aborted.
  package func abortRate(_ judge: SimulatedJudge) -> Double {
    Double(aborts[judge]?.count ?? 0) / Double(runs)
  }

  /// The time until half of all runs were aborted; nil when fewer were.
  package func medianSeconds(_ judge: SimulatedJudge) -> Double? {
    guard let looks = aborts[judge], looks.count * 2 > runs else { return nil }
    return Double(looks[runs / 2]) * JudgeScenario.secondsPerLook
  }

  /// Puts other runs of the same scenario beside these.
  package func adding(_ other: JudgeFindings) -> JudgeFindings {
    JudgeFindings(
      runs: runs + other.runs,
      aborts: aborts.merging(other.aborts) { ($0 + $1).sorted() },
      promotions: (promotions + other.promotions).sorted()
    )
  }
}

extension JudgeScenario {
  /// Plays histories with the given seeds; the same seeds give the same findings on every machine.
  package func play(seeds: Range<UInt64>) -> JudgeFindings {
    var findings = JudgeFindings(runs: seeds.count, aborts: [:], promotions: [])
    for seed in seeds {
      let panels = (0..<metrics).map { play(seed: seed &+ UInt64($0) << 32) }
      for judge in SimulatedJudge.allCases {
        guard let look = panels.compactMap({ $0.aborted[judge] }).min() else { continue }
        findings.aborts[judge, default: []].append(look)
      }
      let promotions = panels.compactMap(\.promoted)
      if promotions.count == metrics, let look = promotions.max() { findings.promotions.append(look) }
    }
    findings.aborts = findings.aborts.mapValues { $0.sorted() }
    findings.promotions.sort()
    return findings
  }

  private func play(seed: UInt64) -> JudgePanel {
    var world = JudgeWorld(self, seed: seed)
    var panel = JudgePanel(metrics: metrics)
    for index in 0..<Self.looks {
      panel.look(index, world.look(index))
    }
    return panel
  }
}
