import KubeModel
import Primitives

/// Defaults and checks of pods and pod templates.
enum PodRules {
  static func setDefaults(spec: inout JSONValue) {
    spec.setDefault("Always", at: "restartPolicy")
    spec.setDefault(30, at: "terminationGracePeriodSeconds")
    spec.setDefault("ClusterFirst", at: "dnsPolicy")
    spec.setDefault([:], at: "securityContext")
    spec.setDefault("default-scheduler", at: "schedulerName")
    if let account = spec["serviceAccountName"] { spec["serviceAccount"] = account }
    for list in ["containers", "initContainers"] {
      guard let containers = spec[list]?.array else { continue }
      spec[list] = .array(containers.map { withDefaults(container: $0) })
    }
    guard let volumes = spec["volumes"]?.array else { return }
    spec["volumes"] = .array(volumes.map { volumeWithDefaults($0) })
  }

  private static func withDefaults(container: JSONValue) -> JSONValue {
    var container = container
    guard container.object != nil else { return container }
    container.setDefault([:], at: "resources")
    container.setDefault("/dev/termination-log", at: "terminationMessagePath")
    container.setDefault("File", at: "terminationMessagePolicy")
    let isFloating = isFloatingTag(container["image"]?.string ?? "")
    container.setDefault(isFloating ? "Always" : "IfNotPresent", at: "imagePullPolicy")
    if let ports = container["ports"]?.array {
      container["ports"] = .array(
        ports.map { port in
          var port = port
          port.setDefault("TCP", at: "protocol")
          return port
        }
      )
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
      guard let value = container[probe], value.object != nil else { continue }
      container[probe] = withDefaults(probe: value)
    }
    if let variables = container["env"]?.array {
      container["env"] = .array(
        variables.map { variable in
          guard variable.at("valueFrom", "fieldRef") != nil else { return variable }
          var variable = variable
          variable.setDefault("v1", at: "valueFrom", "fieldRef", "apiVersion")
          return variable
        }
      )
    }
    return container
  }

  private static func withDefaults(probe: JSONValue) -> JSONValue {
    var probe = probe
    probe.setDefault(1, at: "timeoutSeconds")
    probe.setDefault(10, at: "periodSeconds")
    probe.setDefault(1, at: "successThreshold")
    probe.setDefault(3, at: "failureThreshold")
    if probe["httpGet"] != nil {
      probe.setDefault("/", at: "httpGet", "path")
      probe.setDefault("HTTP", at: "httpGet", "scheme")
    }
    return probe
  }

  private static func volumeWithDefaults(_ volume: JSONValue) -> JSONValue {
    var volume = volume
    for kind in ["configMap", "secret", "projected", "downwardAPI"] where volume[kind] != nil {
      volume.setDefault(420, at: kind, "defaultMode")
    }
    if volume.at("hostPath") != nil { volume.setDefault("", at: "hostPath", "type") }
    return volume
  }

  private static func isFloatingTag(_ image: String) -> Bool {
    guard !image.contains("@") else { return false }
    let name = image.split(separator: "/").last ?? ""
    guard let colon = name.lastIndex(of: ":") else { return true }
    return name[name.index(after: colon)...] == "latest"
  }

  static func qosClass(_ pod: JSONValue) -> String {
    let resources = (pod.spec["containers"]?.array ?? []).map { $0["resources"] ?? .null }
    if resources.allSatisfy({ ($0["requests"] ?? $0["limits"])?.object?.isEmpty ?? true }) {
      return "BestEffort"
    }
    let isGuaranteed = resources.allSatisfy { resource in
      guard let limits = resource["limits"]?.object, limits["cpu"] != nil, limits["memory"] != nil else {
        return false
      }
      return resource["requests"]?.object.map { $0 == limits } ?? true
    }
    return isGuaranteed ? "Guaranteed" : "Burstable"
  }

  static func faults(inSpec spec: JSONValue, at path: String) -> [FieldError] {
    let containers = spec["containers"]?.array ?? []
    guard !containers.isEmpty else { return [.required("\(path).containers")] }
    var faults: [FieldError] = []
    var names: Set<String> = []
    for (index, container) in containers.enumerated() {
      let field = "\(path).containers[\(index)]"
      let name = container["name"]?.string ?? ""
      if name.isEmpty {
        faults.append(.required("\(field).name"))
      } else if !MetadataRules.isLabelName(name) {
        faults.append(.invalid("\(field).name", .string(name), MetadataRules.labelNameText))
      } else if !names.insert(name).inserted {
        faults.append(
          FieldError(
            reason: "FieldValueDuplicate",
            field: "\(field).name",
            message: "Duplicate value: \"\(name)\""
          )
        )
      }
      if container["image"]?.string ?? "" == "" { faults.append(.required("\(field).image")) }
      for (number, port) in (container["ports"]?.array ?? []).enumerated() {
        faults += ServiceRules.portFaults(
          port["containerPort"],
          at: "\(field).ports[\(number)].containerPort"
        )
      }
    }
    return faults
  }
}
