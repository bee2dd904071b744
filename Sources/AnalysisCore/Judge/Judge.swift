import Primitives

/// Compares canary and stable.
///
/// A comparison is one measurement that stays in flight: at every look the caller asks the four queries (or two) over
/// the same seconds, hands in what was measured with the record of the look before, and keeps the new record. It ends
/// when the verdict's phase is final; at the last look that the metric may take, `conclude` makes it final. Pure, total,
/// and the same bit for bit on every machine.
///
///     let judge = Judge(compare.rule(metrics: 2))
///     let record = judge.look(look, after: stored)        // stored: Judge.record(from: metadata), or nil at first
///     metadata[ComparisonRecord.metadataKey] = record.text
///     if record.verdict.phase.isCompleted { … }           // else look again after the metric's interval
package struct Judge: Sendable {
  package let rule: JudgeRule

  package init(_ rule: JudgeRule) { self.rule = rule }

  /// The record after one more look. A record with another rule (somebody changed the metric) is begun anew.
  package func look(_ look: ComparisonLook, after record: ComparisonRecord?) -> ComparisonRecord {
    var progress = ComparisonProgress(mine(record))
    progress.look(look)
    return progress.record
  }

  /// The record at the end of the time: its verdict is final.
  package func conclude(_ record: ComparisonRecord?) -> ComparisonRecord {
    var progress = ComparisonProgress(mine(record))
    progress.conclude()
    return progress.record
  }

  /// The record in the metadata of a measurement; nil when there is none, an error when it is none of ours.
  package static func record(from metadata: [String: String]) throws(AnalysisIssue) -> ComparisonRecord? {
    guard let text = metadata[ComparisonRecord.metadataKey] else { return nil }
    return try ComparisonRecord.read(text)
  }

  private func mine(_ record: ComparisonRecord?) -> ComparisonRecord {
    guard let record, record.rule == rule else { return ComparisonRecord(rule: rule) }
    return record
  }
}
