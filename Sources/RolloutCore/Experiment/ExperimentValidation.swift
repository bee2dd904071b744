import KubeModel
package import Primitives

/// What is wrong with an Experiment by itself (reference, section 1.12), in the order of the spec; nothing is done for
/// it before that is mended.
package func validateExperiment(_ experiment: JSONValue) -> [SpecIssue] {
  let spec = ExperimentSpec(experiment)
  var issues: [SpecIssue] = []
  if spec.templates.isEmpty { issues.append(SpecIssue("spec.templates", "Required value")) }
  for (index, template) in spec.templates.enumerated() {
    let path = "spec.templates[\(index)]"
    let isRepeated = spec.templates.prefix(index).contains { $0.name == template.name }
    if template.name.isEmpty {
      issues.append(SpecIssue("\(path).name", "Required value: the template has no name"))
    } else if isRepeated {
      issues.append(SpecIssue("\(path).name", "Duplicate value: \"\(template.name)\""))
    }
    if LabelSelector(template.selector).map(\.requirements.isEmpty) ?? true {
      let reason = "Required value: this experiment is selecting all pods; a non-empty selector is required"
      issues.append(SpecIssue("\(path).selector", reason))
    }
    if template.minReadySeconds > spec.progressDeadlineSeconds {
      issues.append(
        SpecIssue("\(path).minReadySeconds", "Invalid value: cannot be longer than progressDeadlineSeconds")
      )
    }
    if template.replicas < 0 {
      issues.append(SpecIssue("\(path).replicas", "Invalid value: \(template.replicas): must be at least 0"))
    }
  }
  issues += durationIssues(experiment.spec["duration"], "spec.duration")
  return issues + analysisIssues(spec.analyses, "spec.analyses")
}

/// A duration that is there must be one.
func durationIssues(_ duration: JSONValue?, _ path: String) -> [SpecIssue] {
  guard let duration, !duration.isNull, CanaryStep.duration(duration) == nil else { return [] }
  return [SpecIssue(path, "Invalid value: \(duration): must be seconds or like 1h30m")]
}

/// Each analysis needs a name of its own and a template.
func analysisIssues(_ analyses: [ExperimentSpec.Analysis], _ path: String) -> [SpecIssue] {
  analyses.enumerated().flatMap { index, analysis in
    var issues: [SpecIssue] = []
    if analysis.name.isEmpty {
      issues.append(SpecIssue("\(path)[\(index)].name", "Required value"))
    } else if analyses.prefix(index).contains(where: { $0.name == analysis.name }) {
      issues.append(SpecIssue("\(path)[\(index)].name", "Duplicate value: \"\(analysis.name)\""))
    }
    if analysis.templateName.isEmpty {
      issues.append(SpecIssue("\(path)[\(index)].templateName", "Required value"))
    }
    return issues
  }
}
