import KubeModel
import Primitives

/// The defaults of the built-in kinds, as clients see them filled in by a real server.
enum BuiltInDefaults {
  static func apply(to object: inout JSONValue, _ type: ResourceType) {
    switch (type.group, type.kind) {
    case ("", "Pod"): PodRules.setDefaults(spec: &object["spec", orEmpty: true])
    case ("", "Service"): setService(&object["spec", orEmpty: true])
    case ("", "Secret"): setSecret(&object)
    case ("", "Event"):
      object.setDefault(.null, at: "eventTime")
      object.setDefault("", at: "reportingComponent")
      object.setDefault("", at: "reportingInstance")
    case ("apps", "Deployment"): setDeployment(&object["spec", orEmpty: true])
    case ("apps", "ReplicaSet"):
      object.setDefault(1, at: "spec", "replicas")
      setTemplate(&object["spec", orEmpty: true])
    case ("apps", "StatefulSet"):
      object.setDefault(1, at: "spec", "replicas")
      object.setDefault("OrderedReady", at: "spec", "podManagementPolicy")
      object.setDefault(10, at: "spec", "revisionHistoryLimit")
      setTemplate(&object["spec", orEmpty: true])
    case ("apps", "DaemonSet"):
      object.setDefault(10, at: "spec", "revisionHistoryLimit")
      setTemplate(&object["spec", orEmpty: true])
    case ("batch", "Job"): setJob(&object["spec", orEmpty: true])
    case ("rbac.authorization.k8s.io", _):
      object.setDefault([], at: object["roleRef"] == nil ? "rules" : "subjects")
    case ("autoscaling", _): object.setDefault(1, at: "spec", "minReplicas")
    case ("apiextensions.k8s.io", _): DefinitionRules.setDefaults(&object)
    default: break
    }
  }

  private static func setTemplate(_ spec: inout JSONValue) {
    guard spec["template"] != nil else { return }
    var podSpec = spec.at("template", "spec") ?? .object([:])
    PodRules.setDefaults(spec: &podSpec)
    spec.set(podSpec, at: "template", "spec")
  }

  private static func setDeployment(_ spec: inout JSONValue) {
    spec.setDefault(1, at: "replicas")
    spec.setDefault("RollingUpdate", at: "strategy", "type")
    if spec.at("strategy", "type") == "RollingUpdate" {
      spec.setDefault("25%", at: "strategy", "rollingUpdate", "maxUnavailable")
      spec.setDefault("25%", at: "strategy", "rollingUpdate", "maxSurge")
    }
    spec.setDefault(10, at: "revisionHistoryLimit")
    spec.setDefault(600, at: "progressDeadlineSeconds")
    setTemplate(&spec)
  }

  private static func setJob(_ spec: inout JSONValue) {
    if spec["completions"] == nil, spec["parallelism"] == nil { spec["completions"] = 1 }
    spec.setDefault(1, at: "parallelism")
    spec.setDefault(6, at: "backoffLimit")
    spec.setDefault("NonIndexed", at: "completionMode")
    spec.setDefault(false, at: "suspend")
    spec.setDefault(false, at: "manualSelector")
    spec.setDefault("TerminatingOrFailed", at: "podReplacementPolicy")
    setTemplate(&spec)
  }

  private static func setService(_ spec: inout JSONValue) {
    spec.setDefault("ClusterIP", at: "type")
    spec.setDefault("None", at: "sessionAffinity")
    if spec["type"] != "ExternalName" {
      spec.setDefault(["IPv4"], at: "ipFamilies")
      spec.setDefault("SingleStack", at: "ipFamilyPolicy")
      spec.setDefault("Cluster", at: "internalTrafficPolicy")
    }
    let ports = spec["ports"]?.array?.map { port in
      var port = port
      port.setDefault("TCP", at: "protocol")
      if port["targetPort"] == nil { port["targetPort"] = port["port"] }
      return port
    }
    if let ports { spec["ports"] = .array(ports) }
  }

  /// `stringData` is for writing only: it goes into `data`.
  private static func setSecret(_ object: inout JSONValue) {
    object.setDefault("Opaque", at: "type")
    for (key, value) in object["stringData"]?.object ?? [:] {
      guard let text = value.string else { continue }
      object.set(.string(Base64.encode(Array(text.utf8))), at: "data", key)
    }
    object["stringData"] = nil
  }
}

extension JSONValue {
  /// Sets a value where there is none.
  mutating func setDefault(_ value: JSONValue, at path: String...) {
    if at(path) == nil { set(value, at: path[...]) }
  }

  /// The field, or an empty object in its place.
  subscript(_ key: String, orEmpty _: Bool) -> JSONValue {
    get { self[key] ?? .object([:]) }
    set { self[key] = newValue }
  }
}
