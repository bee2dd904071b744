import AnalysisCore
import KubeModel
package import Primitives

/// A Service that a strategy names.
package struct NamedService: Sendable, Hashable {
  /// The field that names it, such as `spec.strategy.canary.stableService`.
  package let path: String
  package let name: String
  /// Labels that its pods get beside those of the template.
  let labels: [String: String]

  /// What of the Service's selector the pods cannot have; nil when it can select them.
  package func mismatch(of service: JSONValue, template: JSONValue) -> String? {
    let own = template.at("metadata", "labels")
    let missing = (service.spec["selector"]?.object ?? [:]).first { key, value in
      guard let value = value.string, key != RolloutNames.podTemplateHash else { return false }
      return own?[key]?.string != value && labels[key] != value
    }
    return missing.map { key, value in
      let value = value.string ?? ""
      return "Service \"\(name)\" has unmatch label \"\(key)\" in rollout: its selector wants \(key)=\(value)"
    }
  }
}

/// An analysis of a release.
package struct NamedAnalysis: Sendable, Hashable {
  /// The field, such as `spec.strategy.canary.steps[1].analysis`.
  package let path: String
  package let analysis: JSONValue
  let isBackground: Bool

  /// Why a run of the given spec would never let the release go on; nil when it ends, or need not.
  package func endlessness(of run: JSONValue) -> String? {
    guard !isBackground, let metric = run["metrics"]?.array?.first(where: Self.isEndless) else { return nil }
    let name = metric["name"]?.string ?? ""
    let count = metric.given("count")?.int.map { String($0) } ?? metric["count"]?.string ?? "<nil>"
    return "AnalysisTemplate \(names.joined(separator: ", ")) has metric \(name) which runs indefinitely. "
      + "Invalid value for count: \(count)"
  }

  private var names: [String] { TemplateReference.list(analysis["templates"]).map(\.name) }

  /// Why its templates make no run, in the form in which Argo Rollouts says it: of one of them, or of all together.
  func issue(_ detail: String, with template: TemplateReference? = nil) -> SpecIssue {
    let value = template?.name ?? "templateNames: [\(names.joined(separator: " "))]"
    return .invalid("\(path).templates", .string(value), detail)
  }

  /// A count that is text may come from an argument, and then counts as one. A comparison ends by itself, with a
  /// verdict or without.
  private static func isEndless(_ metric: JSONValue) -> Bool {
    guard metric.given("compare") == nil else { return false }
    guard let interval = metric["interval"]?.string, !interval.isEmpty else { return false }
    guard let count = metric.given("count") else { return true }
    return count.int == 0 || count.string == "0"
  }
}

extension RolloutSpec {
  /// The Services by the fields that name them.
  package var namedServices: [NamedService] {
    let named: [(field: String, name: String?, metadata: JSONValue?)]
    switch strategy {
    case .canary(let canary):
      named = [
        ("canary.stableService", canary.stableService, canary.stableMetadata),
        ("canary.canaryService", canary.canaryService, canary.canaryMetadata),
        ("canary.pingPong.pingService", canary.pingPong?.ping, nil),
        ("canary.pingPong.pongService", canary.pingPong?.pong, nil),
      ]
    case .blueGreen(let blueGreen):
      named = [
        ("blueGreen.activeService", blueGreen.activeService, blueGreen.activeMetadata),
        ("blueGreen.previewService", blueGreen.previewService, blueGreen.previewMetadata),
      ]
    }
    return named.compactMap { field, name, metadata in
      guard let name, !name.isEmpty else { return nil }
      return NamedService(
        path: "spec.strategy.\(field)",
        name: name,
        labels: metadata?["labels"]?.strings ?? [:]
      )
    }
  }

  /// The analyses of the release by their fields; those of experiments are judged when the Experiment runs them. One
  /// without templates is left out: its run ends by itself, with an error.
  package var namedAnalyses: [NamedAnalysis] {
    var named: [(field: String, analysis: JSONValue?)] = []
    switch strategy {
    case .canary(let canary):
      for (index, step) in (canary.stepsJSON.array ?? []).enumerated() {
        named += ["analysis", "analyze"].map { ("canary.steps[\(index)].\($0)", step.given($0)) }
      }
      named.append(("canary.analysis", canary.backgroundAnalysis))
    case .blueGreen(let blueGreen):
      named = [
        ("blueGreen.prePromotionAnalysis", blueGreen.prePromotionAnalysis),
        ("blueGreen.postPromotionAnalysis", blueGreen.postPromotionAnalysis),
      ]
    }
    return named.compactMap { field, analysis in
      guard let analysis, analysis["templates"]?.array?.isEmpty == false else { return nil }
      let isBackground = field == "canary.analysis"
      return NamedAnalysis(path: "spec.strategy.\(field)", analysis: analysis, isBackground: isBackground)
    }
  }
}
