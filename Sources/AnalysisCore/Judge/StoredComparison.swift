package import Primitives

/// A record of a comparison as it is found in an AnalysisRun.
package struct StoredComparison: Sendable, Hashable {
  package let metric: String
  /// The record's JSON, untouched.
  package let text: String

  /// The newest record of every metric of a run that compares: that of the metric's result, or of its last measurement
  /// that has one.
  package static func all(in run: JSONValue) -> [StoredComparison] {
    (run.at("status", "metricResults")?.array ?? []).compactMap { result in
      let measurements = (result["measurements"]?.array ?? []).reversed()
      let places = [result] + measurements
      let texts = places.compactMap { $0.at("metadata", ComparisonRecord.metadataKey)?.string }
      return texts.first.map { StoredComparison(metric: result["name"]?.string ?? "", text: $0) }
    }
  }
}
