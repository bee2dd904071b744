import AnalysisCore
import KubeModel
package import Primitives

extension ExperimentStatus {
  /// The status object with these fields written over the given one.
  package func json(over original: JSONValue) -> JSONValue {
    var value = original.object == nil ? [:] : original
    value["phase"] = phase.map { .string($0.rawValue) }
    value["message"] = message.isEmpty ? nil : .string(message)
    value["availableAt"] = availableAt.map { .string($0.rfc3339) }
    value["templateStatuses"] = list(templates.map(\.json))
    value["analysisRuns"] = list(analyses.map(\.json))
    value["conditions"] = list(conditions.map(\.json))
    return value
  }

  private func list(_ elements: [JSONValue]) -> JSONValue? { elements.isEmpty ? nil : .array(elements) }
}

extension ExperimentStatus.Template {
  init(_ value: JSONValue) {
    name = value["name"]?.string ?? ""
    replicas = value["replicas"]?.int ?? 0
    ready = value["readyReplicas"]?.int ?? 0
    available = value["availableReplicas"]?.int ?? 0
    collisionCount = value["collisionCount"]?.int
    condition = value["status"]?.string.flatMap(TemplateCondition.init) ?? .progressing
    message = value["message"]?.string ?? ""
    lastTransition = value["lastTransitionTime"]?.string.flatMap(Instant.init)
    serviceName = value["serviceName"]?.string ?? ""
    podTemplateHash = value["podTemplateHash"]?.string ?? ""
  }

  /// The schema asks for all counts, zeros too.
  var json: JSONValue {
    var value: JSONValue = [
      "name": .string(name), "replicas": JSONValue(replicas), "updatedReplicas": JSONValue(replicas),
      "readyReplicas": JSONValue(ready), "availableReplicas": JSONValue(available),
      "status": .string(condition.rawValue),
    ]
    value["collisionCount"] = collisionCount.map { JSONValue($0) }
    value["message"] = message.isEmpty ? nil : .string(message)
    value["lastTransitionTime"] = lastTransition.map { .string($0.rfc3339) }
    value["serviceName"] = serviceName.isEmpty ? nil : .string(serviceName)
    value["podTemplateHash"] = podTemplateHash.isEmpty ? nil : .string(podTemplateHash)
    return value
  }
}

extension ExperimentStatus.Analysis {
  init(_ value: JSONValue) {
    name = value["name"]?.string ?? ""
    run = value["analysisRun"]?.string ?? ""
    phase = value["phase"]?.string.flatMap(AnalysisPhase.init) ?? .pending
    message = value["message"]?.string ?? ""
  }

  /// The schema asks for the name of the run even where there is none.
  var json: JSONValue {
    var value: JSONValue = [
      "name": .string(name), "analysisRun": .string(run), "phase": .string(phase.rawValue),
    ]
    value["message"] = message.isEmpty ? nil : .string(message)
    return value
  }
}
