import KubeModel
package import Primitives

/// How many comparisons share the risk of a false alarm of one release.
package enum ReleaseComparisons {
  /// The annotation of an AnalysisRun, or an Experiment, with the number for the release that it is a part of.
  package static let annotation = "serin.dev/comparisons"
  /// More than this count as this many.
  private static let most = 10_000

  /// How many metrics of the templates, and of those that they name in turn, compare canary and stable. One in a dry
  /// run counts too, which only lowers the risk.
  package static func count(_ references: [TemplateReference], lookup: (TemplateReference) -> JSONValue?)
    -> Int
  {
    var seen: Set<String> = []
    var open = references
    var count = 0
    while let reference = open.popLast() {
      guard seen.insert(reference.key).inserted, let template = lookup(reference) else { continue }
      count += self.count(template.spec)
      open += TemplateReference.list(template.spec["templates"])
    }
    return count
  }

  /// The number that a run's verdicts go by: that of its release, at least that of its own metrics that compare.
  package static func shared(by run: JSONValue) -> Int {
    let release = run.annotation(annotation).flatMap(Int.init) ?? 0
    return min(max(release, count(run.spec), 1), most)
  }

  /// Writes the number for the release on a run that compares; others are left alone.
  package static func annotate(_ run: inout JSONValue, release count: Int) {
    guard count > self.count(run.spec), self.count(run.spec) > 0 else { return }
    run.set(.string(String(count)), at: "metadata", "annotations", annotation)
  }

  private static func count(_ spec: JSONValue) -> Int {
    (spec["metrics"]?.array ?? []).count { metric in metric["compare"].map { !$0.isNull } ?? false }
  }
}
