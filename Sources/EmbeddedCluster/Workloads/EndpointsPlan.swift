import KubeModel
import Primitives

/// The EndpointSlice and the Endpoints of a Service, computed from the pods of its namespace.
enum EndpointsPlan {
  /// Why the addresses of one port set are kept apart: pods may give one port name different numbers.
  private struct Port: Hashable {
    let name: String
    let number: Int
    let transport: String

    var json: JSONValue {
      ["name": .string(name), "port": JSONValue(number), "protocol": .string(transport)]
    }
  }

  /// The slices of a Service, one for each set of port numbers among its pods, at least one.
  static func slices(service: JSONValue, pods: [JSONValue]) -> [JSONValue] {
    let groups = Dictionary(grouping: selected(service, pods)) { ports(of: service, on: $0.pod) }
    let sorted = groups.sorted { left, right in
      left.key.map(\.number).lexicographicallyPrecedes(right.key.map(\.number))
    }
    guard !sorted.isEmpty else {
      return [slice(service, index: 0, ports: ports(of: service, on: nil), pods: [])]
    }
    return sorted.enumerated().map { index, group in
      slice(service, index: index, ports: group.key, pods: group.value)
    }
  }

  /// The Endpoints object of a Service.
  static func endpoints(service: JSONValue, pods: [JSONValue]) -> JSONValue {
    let groups = Dictionary(grouping: selected(service, pods)) { ports(of: service, on: $0.pod) }
    let subsets: [JSONValue] = groups.sorted { left, right in
      left.key.map(\.number).lexicographicallyPrecedes(right.key.map(\.number))
    }.compactMap { ports, views in
      var subset: JSONValue = ["ports": .array(ports.map(\.json))]
      let live = views.filter { !$0.pod.isBeingDeleted }
      let (ready, notReady) = (live.filter(\.isReady), live.filter { !$0.isReady })
      guard !live.isEmpty else { return nil }
      if !ready.isEmpty { subset["addresses"] = .array(ready.map(address)) }
      if !notReady.isEmpty { subset["notReadyAddresses"] = .array(notReady.map(address)) }
      return subset
    }
    var endpoints: JSONValue = ["apiVersion": "v1", "kind": "Endpoints", "metadata": metadata(service)]
    endpoints.set(.string(service.name), at: "metadata", "name")
    if !subsets.isEmpty { endpoints["subsets"] = .array(subsets) }
    return endpoints
  }

  /// The pods behind the Service that have an address, oldest name first.
  private static func selected(_ service: JSONValue, _ pods: [JSONValue]) -> [PodView] {
    guard let labels = service.spec["selector"]?.strings, !labels.isEmpty else { return [] }
    let selector = LabelSelector(matchLabels: labels)
    return pods.filter { selector.matches($0.labels) && $0.status["podIP"]?.string != nil }
      .map(PodView.init).filter { !$0.isFinished }
      .sorted { $0.pod.name < $1.pod.name }
  }

  private static func ports(of service: JSONValue, on pod: JSONValue?) -> [Port] {
    (service.spec["ports"]?.array ?? []).compactMap { port in
      let target = port["targetPort"] ?? port["port"] ?? .null
      guard let number = target.int ?? target.string.flatMap({ number(named: $0, on: pod) }) else {
        return nil
      }
      return Port(
        name: port["name"]?.string ?? "",
        number: number,
        transport: port["protocol"]?.string ?? "TCP"
      )
    }
  }

  private static func number(named name: String, on pod: JSONValue?) -> Int? {
    if let number = Int(name) { return number }
    for container in pod?.spec["containers"]?.array ?? [] {
      for port in container["ports"]?.array ?? [] where port["name"]?.string == name {
        return port["containerPort"]?.int
      }
    }
    return nil
  }

  private static func slice(_ service: JSONValue, index: Int, ports: [Port], pods: [PodView]) -> JSONValue {
    var metadata = metadata(service)
    let suffix = String(PodTemplate.hash(.string("\(service.name)/\(index)")).prefix(5))
    metadata["name"] = .string("\(service.name)-\(suffix)")
    metadata.set(.string(service.name), at: "labels", "kubernetes.io/service-name")
    metadata.set("endpointslice-controller.k8s.io", at: "labels", "endpointslice.kubernetes.io/managed-by")
    return [
      "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": metadata,
      "addressType": "IPv4",
      "endpoints": .array(pods.map { endpoint($0, publishesAll: publishesAll(service)) }),
      "ports": .array(ports.map(\.json)),
    ]
  }

  private static func publishesAll(_ service: JSONValue) -> Bool {
    service.spec["publishNotReadyAddresses"]?.bool ?? false
  }

  private static func metadata(_ service: JSONValue) -> JSONValue {
    [
      "namespace": .string(service.namespace), "labels": JSONValue(service.labels),
      "ownerReferences": [controllerReference(to: service)],
    ]
  }

  private static func endpoint(_ view: PodView, publishesAll: Bool) -> JSONValue {
    var endpoint: JSONValue = [
      "addresses": [.string(view.pod.status["podIP"]?.string ?? "")],
      "conditions": [
        "ready": .bool(publishesAll || (view.isReady && !view.pod.isBeingDeleted)),
        "serving": .bool(publishesAll || view.isReady), "terminating": .bool(view.pod.isBeingDeleted),
      ],
      "targetRef": target(view),
    ]
    endpoint["nodeName"] = view.pod.spec["nodeName"]
    return endpoint
  }

  private static func address(_ view: PodView) -> JSONValue {
    var address: JSONValue = [
      "ip": .string(view.pod.status["podIP"]?.string ?? ""), "targetRef": target(view),
    ]
    address["nodeName"] = view.pod.spec["nodeName"]
    return address
  }

  private static func target(_ view: PodView) -> JSONValue {
    [
      "kind": "Pod", "name": .string(view.pod.name), "namespace": .string(view.pod.namespace),
      "uid": .string(view.pod.uid),
    ]
  }
}
