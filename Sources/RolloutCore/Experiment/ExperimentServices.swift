import KubeModel
import Primitives

/// The Services of the templates that want one.
extension ExperimentSituation {
  /// A template's Service, called as the spec says or like the ReplicaSet; nil when the template wants none, has no
  /// ReplicaSet yet, or no container of it has a port.
  func wantedService(of template: ExperimentSpec.Template) -> JSONValue? {
    guard let name = template.serviceName, let set = replicaSets[template.name] else { return nil }
    let ports = servicePorts(of: template.template)
    guard !ports.isEmpty else { return nil }
    return [
      "apiVersion": "v1", "kind": "Service",
      "metadata": metadata(name: name.isEmpty ? set.name : name, of: template),
      "spec": ["selector": [RolloutNames.podTemplateHash: .string(set.hash)], "ports": .array(ports)],
    ]
  }

  /// Makes what is missing, keeps the status in step, and deletes what no pod is behind any more.
  func convergeServices(_ draft: inout ExperimentDraft) {
    let isEnding = isEnding(draft.status)
    for template in spec.templates {
      let wanted = isEnding ? nil : wantedService(of: template)
      var status = draft.status.template(template.name) ?? .init(name: template.name)
      if let wanted, services[template.name] == nil { draft.perform(.createService(wanted)) }
      if let service = wanted ?? services[template.name], let set = replicaSets[template.name] {
        status.serviceName = service.name
        status.podTemplateHash = set.hash
      }
      if wanted == nil, !hasPods(template.name), !isRouted(template.name) {
        if let service = services[template.name] {
          draft.perform(.deleteService(name: service.name, uid: service.uid))
        }
        status.serviceName = ""
        status.podTemplateHash = ""
      }
      draft.status.set(status)
    }
  }

  private func hasPods(_ template: String) -> Bool {
    guard let set = replicaSets[template] else { return false }
    return set.desired > 0 || set.object.status["availableReplicas"]?.int ?? 0 > 0
  }
}

/// All ports of a pod template's containers, each once; where there are several, each needs a name.
func servicePorts(of template: JSONValue) -> [JSONValue] {
  var ports: [JSONValue] = []
  for port in (template.at("spec", "containers")?.array ?? []).flatMap({ $0["ports"]?.array ?? [] }) {
    guard let number = port["containerPort"] else { continue }
    let transport = port["protocol"] ?? "TCP"
    guard !ports.contains(where: { $0["port"] == number && $0["protocol"] == transport }) else { continue }
    var servicePort: JSONValue = ["port": number, "targetPort": number, "protocol": transport]
    servicePort["name"] = port["name"]
    ports.append(servicePort)
  }
  guard ports.count > 1 else { return ports }
  return ports.enumerated().map { index, port in
    var port = port
    if port["name"] == nil { port["name"] = .string("port-\(index + 1)") }
    return port
  }
}
