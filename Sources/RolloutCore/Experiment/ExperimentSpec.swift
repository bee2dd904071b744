import KubeModel
package import Primitives

/// What an Experiment asks for, decoded leniently (reference, section 1.12): wrong fields read as their defaults here
/// and are named by ``validateExperiment(_:)``.
package struct ExperimentSpec: Sendable, Hashable {
  /// One ReplicaSet that the Experiment runs.
  package struct Template: Sendable, Hashable {
    package let name: String
    package let replicas: Int
    package let minReadySeconds: Int
    package let selector: JSONValue
    /// The pod template.
    package let template: JSONValue
    /// Nil without a Service; the name is empty when the Service is to be called like the ReplicaSet.
    package let serviceName: String?
  }

  /// One AnalysisRun that judges the templates.
  package struct Analysis: Sendable, Hashable {
    package let name: String
    package let templateName: String
    package let isClusterScoped: Bool
    package let arguments: [JSONValue]
    /// Whether the Experiment waits for its end, and ends with the last such run.
    package let isRequired: Bool
  }

  package let templates: [Template]
  package let analyses: [Analysis]
  /// How long the templates run once all are available; nil for no end of their own.
  package let duration: Duration?
  package let progressDeadlineSeconds: Int
  package let scaleDownDelay: Duration
  /// Whether somebody asked for the end.
  package let terminates: Bool
  /// What all runs take over: `dryRun`, `measurementRetention`.
  package let runRules: JSONValue
  package let analysisRunMetadata: JSONValue

  package init(_ experiment: JSONValue) {
    let spec = experiment.spec
    templates = (spec["templates"]?.array ?? []).map(Template.init)
    analyses = (spec["analyses"]?.array ?? []).map(Analysis.init)
    duration = spec["duration"].flatMap(CanaryStep.duration)
    progressDeadlineSeconds = spec["progressDeadlineSeconds"]?.int ?? 600
    scaleDownDelay = .seconds(spec["scaleDownDelaySeconds"]?.int ?? 30)
    terminates = spec["terminate"]?.bool ?? false
    var rules: JSONValue = [:]
    for key in ["dryRun", "measurementRetention"] { rules[key] = spec[key] }
    runRules = rules
    analysisRunMetadata = spec["analysisRunMetadata"] ?? [:]
  }

  var progressDeadline: Duration { .seconds(progressDeadlineSeconds) }
  var hasRequiredAnalyses: Bool { analyses.contains(where: \.isRequired) }
}

extension ExperimentSpec.Template {
  init(_ value: JSONValue) {
    name = value["name"]?.string ?? ""
    replicas = value["replicas"]?.int ?? 1
    minReadySeconds = value["minReadySeconds"]?.int ?? 0
    selector = value["selector"] ?? [:]
    template = value["template"] ?? [:]
    let service = value["service"].flatMap { $0.object == nil ? nil : $0 }
    serviceName = service.map { $0["name"]?.string ?? "" }
  }
}

extension ExperimentSpec.Analysis {
  init(_ value: JSONValue) {
    name = value["name"]?.string ?? ""
    templateName = value["templateName"]?.string ?? ""
    isClusterScoped = value["clusterScope"]?.bool ?? false
    arguments = value["args"]?.array ?? []
    isRequired = value["requiredForCompletion"]?.bool ?? false
  }
}
