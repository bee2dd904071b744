package import AnalysisCore
import KubeModel
import Primitives

/// What a Rollout's spec says by itself, read and checked once for all looks at it: a spec changes seldom, while
/// reading, checking and hashing it is a good part of a plan.
///
/// It holds for as long as the spec, and the template of the workload that it names, stay as they are; whoever plans
/// asks for that, so that a reading of another spec does no harm.
///
/// It is a class although nothing in it ever changes: snapshots are copied, and it is most of one.
package final class SpecReading: Sendable {
  /// All that the reading depends on.
  private struct Source: Hashable {
    let spec: JSONValue
    let namespace: String
    let workload: WorkloadTemplate?

    init(_ snapshot: Snapshot) {
      spec = snapshot.rollout.spec
      namespace = snapshot.rollout.namespace
      workload = snapshot.workloadTemplate
    }
  }

  package let spec: RolloutSpec
  /// The first thing in the spec itself, or in what this version can perform, that keeps it from being followed.
  let issue: SpecIssue?
  /// The same of the template and selector of the workload that the spec names.
  let workloadIssue: SpecIssue?
  /// Empty where the spec's cannot be read.
  let selector: LabelSelector
  /// The same in the form of a query.
  let selectorText: String
  let services: [NamedService]
  let analyses: [NamedAnalysis]
  /// The hash over the steps; empty for blue/green.
  let stepHash: String
  private let templateHash: String
  private let source: Source

  convenience init(_ snapshot: Snapshot) { self.init(Source(snapshot), of: snapshot.rollout) }

  private init(_ source: Source, of rollout: JSONValue) {
    self.source = source
    spec = RolloutSpec(rollout, workload: source.workload)
    // The spec as written: the template may have come from the workload that it names.
    issue = validate(rollout).first ?? unsupported(rollout).first
    workloadIssue =
      source.workload == nil ? nil : templateIssues(spec.template, selector: spec.selector).first
    selector = LabelSelector(spec.selector) ?? LabelSelector([])
    selectorText = selector.queryText
    services = spec.namedServices
    analyses = spec.namedAnalyses
    stepHash = spec.canary.map { RolloutCore.stepHash(of: $0.stepsJSON) } ?? ""
    templateHash = podTemplateHash(of: spec.template)
  }

  /// The AnalysisTemplates that the spec names, without those that they name in turn; those of experiments too, since
  /// they have their part in the risk of the release.
  package var templates: [TemplateReference] {
    analyses.flatMap { TemplateReference.list($0.analysis["templates"]) }
      + (spec.canary?.steps ?? []).flatMap { TemplateReference.list($0.experiment?["analyses"]) }
  }

  /// The reading for the snapshot: this one where it holds, else a new one.
  func renewed(for snapshot: Snapshot) -> SpecReading {
    let source = Source(snapshot)
    return source == self.source ? self : SpecReading(source, of: snapshot.rollout)
  }

  /// The hash that names the revision.
  func templateHash(collisionCount: Int?) -> String {
    collisionCount == nil ? templateHash : podTemplateHash(of: spec.template, collisionCount: collisionCount)
  }
}

/// What is read follows from what it is read from.
extension SpecReading: Hashable {
  package static func == (left: SpecReading, right: SpecReading) -> Bool {
    left === right || left.source == right.source
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(source) }
}

extension Snapshot {
  /// Reads the spec, unless what an earlier look has read still holds.
  @discardableResult
  package mutating func read(after earlier: SpecReading?) -> SpecReading {
    let reading = earlier?.renewed(for: self) ?? SpecReading(self)
    self.reading = reading
    return reading
  }
}
