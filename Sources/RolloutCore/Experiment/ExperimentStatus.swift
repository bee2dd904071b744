package import AnalysisCore
package import KubeModel
package import Primitives

/// An Experiment's status as the planner reads and writes it (reference, section 1.12).
///
/// It is a view: fields that it does not know stay in the object and are never touched.
package struct ExperimentStatus: Sendable, Hashable {
  /// Where one template stands.
  package struct Template: Sendable, Hashable {
    package var name: String
    package var replicas = 0
    package var ready = 0
    package var available = 0
    package var collisionCount: Int?
    package var condition = TemplateCondition.progressing
    package var message = ""
    /// When its pods last moved: the clock of the progress deadline; nil before it was seen.
    package var lastTransition: Instant?
    /// The Service that leads to its pods, and their hash; empty without one.
    package var serviceName = ""
    package var podTemplateHash = ""
  }

  /// Where one analysis stands that was begun, or could not be.
  package struct Analysis: Sendable, Hashable {
    package var name: String
    /// The AnalysisRun; empty when none could be made.
    package var run: String
    package var phase: AnalysisPhase
    package var message: String
  }

  /// Nil before the first look at it.
  package var phase: AnalysisPhase?
  package var message: String
  /// When all templates were available for the first time: the start of `spec.duration`.
  package var availableAt: Instant?
  package var templates: [Template]
  package var analyses: [Analysis]
  package var conditions: [Condition]

  package init(_ status: JSONValue) {
    phase = status["phase"]?.string.flatMap(AnalysisPhase.init)
    message = status["message"]?.string ?? ""
    availableAt = status["availableAt"]?.string.flatMap(Instant.init)
    templates = (status["templateStatuses"]?.array ?? []).map(Template.init)
    analyses = (status["analysisRuns"]?.array ?? []).map(Analysis.init)
    conditions = (status["conditions"]?.array ?? []).map { Condition($0) }
  }

  package var isCompleted: Bool { phase?.isCompleted ?? false }

  package func template(_ name: String) -> Template? { templates.first { $0.name == name } }

  package func analysis(_ name: String) -> Analysis? { analyses.first { $0.name == name } }

  mutating func set(_ template: Template) {
    guard let index = templates.firstIndex(where: { $0.name == template.name }) else {
      templates.append(template)
      return
    }
    templates[index] = template
  }

  mutating func set(_ analysis: Analysis) {
    guard let index = analyses.firstIndex(where: { $0.name == analysis.name }) else {
      analyses.append(analysis)
      return
    }
    analyses[index] = analysis
  }
}

/// The state of a template, `templateStatuses[].status`, from best to worst.
package enum TemplateCondition: String, Sendable, CaseIterable, Comparable {
  /// It ran for the whole time, or was ended on purpose.
  case successful = "Successful"
  /// All its pods are available.
  case running = "Running"
  case progressing = "Progressing"
  /// Something of it could not be made.
  case error = "Error"
  /// Its pods did not become available in time.
  case failed = "Failed"

  /// Nothing follows a completed state.
  package var isCompleted: Bool { self != .running && self != .progressing }

  package static func < (left: Self, right: Self) -> Bool { left.gravity < right.gravity }

  private var gravity: Int {
    switch self {
    case .successful: 0
    case .running: 1
    case .progressing: 2
    case .error: 3
    case .failed: 4
    }
  }
}
