import KubeModel
import Primitives

/// Checks of the kinds that make pods from a template.
enum WorkloadRules {
  static func faults(in object: JSONValue, old: JSONValue?) -> [FieldError] {
    var faults: [FieldError] = []
    if let replicas = object.spec["replicas"]?.int, replicas < 0 {
      faults.append(.invalid("spec.replicas", JSONValue(replicas), "must be greater than or equal to 0"))
    }
    let selectorValue = object.spec["selector"]
    let selector = selectorValue.flatMap(LabelSelector.init)
    let labels = object.at("spec", "template", "metadata", "labels")?.strings ?? [:]
    if selector?.requirements.isEmpty ?? true { faults.append(.required("spec.selector")) }
    if selector.map({ $0.requirements.isEmpty || !$0.matches(labels) }) ?? true {
      faults.append(
        .invalid(
          "spec.template.metadata.labels",
          JSONValue(labels),
          "`selector` does not match template `labels`"
        )
      )
    }
    faults += PodRules.faults(
      inSpec: object.at("spec", "template", "spec") ?? .object([:]),
      at: "spec.template.spec"
    )
    if let before = old?.spec["selector"], before != selectorValue {
      faults.append(.invalid("spec.selector", selectorValue ?? .null, "field is immutable"))
    }
    return faults
  }
}

/// What the API adds to a new job, so that its pods can be found.
enum JobRules {
  static func label(_ job: inout JSONValue) {
    guard job.at("spec", "manualSelector")?.bool != true else { return }
    let labels = [
      "batch.kubernetes.io/controller-uid": job.uid, "controller-uid": job.uid,
      "batch.kubernetes.io/job-name": job.name, "job-name": job.name,
    ]
    for (key, value) in labels {
      job.set(.string(value), at: "spec", "template", "metadata", "labels", key)
      job.set(.string(value), at: "metadata", "labels", key)
    }
    job.set(
      ["matchLabels": ["batch.kubernetes.io/controller-uid": .string(job.uid)]],
      at: "spec",
      "selector"
    )
  }
}

/// Checks of services.
enum ServiceRules {
  static func faults(in service: JSONValue) -> [FieldError] {
    guard service.spec["type"] != "ExternalName" else { return [] }
    let ports = service.spec["ports"]?.array ?? []
    guard !ports.isEmpty || service.spec["clusterIP"] == "None" else { return [.required("spec.ports")] }
    var faults: [FieldError] = []
    for (index, port) in ports.enumerated() {
      let field = "spec.ports[\(index)]"
      if ports.count > 1, port["name"]?.string ?? "" == "" { faults.append(.required("\(field).name")) }
      faults += portFaults(port["port"], at: "\(field).port")
      if port["targetPort"]?.int != nil {
        faults += portFaults(port["targetPort"], at: "\(field).targetPort")
      }
    }
    return faults
  }

  static func portFaults(_ value: JSONValue?, at field: String) -> [FieldError] {
    let number = value?.int ?? 0
    guard (1...65_535).contains(number) else {
      return [.invalid(field, JSONValue(number), "must be between 1 and 65535, inclusive")]
    }
    return []
  }
}
