import KubeModel
import Primitives

/// What `kubectl get` shows of the built-in kinds.
enum BuiltInColumns {
  typealias Column = TableRenderer.Column

  static func columns(of type: ResourceType) -> [Column] {
    switch (type.group, type.kind) {
    case ("", "Pod"): PodColumns.all
    case ("", "Service"): services
    case ("", "Namespace"): [text("Status") { $0.status["phase"]?.string }, age]
    case ("", "ConfigMap"): [count("Data") { entries($0, "data") + entries($0, "binaryData") }, age]
    case ("", "Secret"): [text("Type") { $0["type"]?.string }, count("Data") { entries($0, "data") }, age]
    case ("", "ServiceAccount"): [count("Secrets") { $0["secrets"]?.array?.count ?? 0 }, age]
    case ("", "Event"), ("events.k8s.io", "Event"): EventColumns.all
    case ("", "Node"):
      [
        text("Status") { isReady($0) ? "Ready" : "NotReady" }, text("Roles") { _ in "<none>" }, age,
        text("Version") { $0.at("status", "nodeInfo", "kubeletVersion")?.string },
      ]
    case ("", "Endpoints"): [text("Endpoints") { _ in "<none>" }, age]
    case ("apps", "ReplicaSet"): replicaSets
    case ("apps", "Deployment"): deployments
    case ("apps", "StatefulSet"): [ready, age] + containers
    case ("apps", "DaemonSet"): [age] + containers
    case ("batch", "Job"): jobs
    case ("coordination.k8s.io", _): [text("Holder") { $0.spec["holderIdentity"]?.string }, age]
    case ("discovery.k8s.io", _): endpointSlices
    case ("autoscaling", _):
      [
        text("Reference") {
          "\($0.at("spec", "scaleTargetRef", "kind")?.string ?? "")/\($0.at("spec", "scaleTargetRef", "name")?.string ?? "")"
        }, number("MinPods", "spec", "minReplicas"), number("MaxPods", "spec", "maxReplicas"),
        number("Replicas", "status", "currentReplicas"), age,
      ]
    case ("policy", _):
      [
        text("Min Available") { shown($0.spec["minAvailable"]) },
        text("Max Unavailable") { shown($0.spec["maxUnavailable"]) },
        number("Allowed Disruptions", "status", "disruptionsAllowed"), age,
      ]
    case ("apiextensions.k8s.io", _): [text("Created At") { $0.at("metadata", "creationTimestamp")?.string }]
    default: [age]
    }
  }

  static let age = TableRenderer.ageColumn

  static func text(
    _ name: String,
    priority: Int = 0,
    _ value: @escaping @Sendable (JSONValue) -> String?
  ) -> Column {
    Column(name: name, priority: priority) { object, _ in .string(value(object) ?? "") }
  }

  private static func count(_ name: String, _ value: @escaping @Sendable (JSONValue) -> Int) -> Column {
    Column(name: name) { object, _ in JSONValue(value(object)) }
  }

  private static func number(_ name: String, type: String = "string", _ path: String...) -> Column {
    Column(name: name, type: type) { object, _ in JSONValue(object.at(path)?.int ?? 0) }
  }

  private static func entries(_ object: JSONValue, _ field: String) -> Int {
    object[field]?.object?.count ?? 0
  }

  private static func shown(_ value: JSONValue?) -> String {
    value.map { $0.string ?? $0.text() } ?? "N/A"
  }

  private static func isReady(_ node: JSONValue) -> Bool {
    (node.status["conditions"]?.array ?? []).contains { $0["type"] == "Ready" && $0["status"] == "True" }
  }

  private static let ready = text("Ready") { object in
    "\(object.status["readyReplicas"]?.int ?? 0)/\(object.spec["replicas"]?.int ?? 0)"
  }

  private static func templateContainers(_ object: JSONValue) -> [JSONValue] {
    object.at("spec", "template", "spec", "containers")?.array ?? []
  }

  private static let containers = [
    text("Containers", priority: 1) { object in
      templateContainers(object).compactMap { $0["name"]?.string }.joined(separator: ",")
    },
    text("Images", priority: 1) { object in
      templateContainers(object).compactMap { $0["image"]?.string }.joined(separator: ",")
    },
  ]

  private static let selector = text("Selector", priority: 1) { object in
    object.spec["selector"].flatMap(LabelSelector.init)?.queryText
  }

  private static let replicaSets =
    [
      number("Desired", type: "integer", "spec", "replicas"),
      number("Current", type: "integer", "status", "replicas"),
      number("Ready", type: "integer", "status", "readyReplicas"), age,
    ] + containers + [selector]

  private static let deployments =
    [
      ready, number("Up-to-date", "status", "updatedReplicas"),
      number("Available", "status", "availableReplicas"), age,
    ] + containers + [selector]

  private static let jobs =
    [
      text("Status") { job in
        let types = (job.status["conditions"]?.array ?? []).filter { $0["status"] == "True" }
          .compactMap { $0["type"]?.string }
        return ["Complete", "Failed", "Suspended"].first(where: types.contains)
          ?? (job.isBeingDeleted ? "Terminating" : "Running")
      },
      text("Completions") { job in
        "\(job.status["succeeded"]?.int ?? 0)/\(job.spec["completions"]?.int ?? 1)"
      },
      Column(name: "Duration") { job, now in
        guard let start = job.status["startTime"]?.string.flatMap(Instant.init) else { return "" }
        let end = job.status["completionTime"]?.string.flatMap(Instant.init) ?? now
        return .string(HumanDuration.text(end - start))
      }, age,
    ] + containers + [selector]

  private static let services = [
    text("Type") { $0.spec["type"]?.string },
    text("Cluster-IP") { $0.spec["clusterIP"]?.string ?? "<none>" },
    text("External-IP") { service in
      if let name = service.spec["externalName"]?.string { return name }
      let ingress = service.at("status", "loadBalancer", "ingress")?.array ?? []
      let addresses = ingress.compactMap { $0["ip"]?.string ?? $0["hostname"]?.string }
      if !addresses.isEmpty { return addresses.joined(separator: ",") }
      return service.spec["type"] == "LoadBalancer" ? "<pending>" : "<none>"
    },
    text("Port(s)") { service in
      let ports = (service.spec["ports"]?.array ?? []).map { port in
        let node = port["nodePort"]?.int.map { ":\($0)" } ?? ""
        return "\(port["port"]?.int ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
      }
      return ports.isEmpty ? "<none>" : ports.joined(separator: ",")
    }, age,
    text("Selector", priority: 1) { service in
      let selector = service.spec["selector"]?.strings ?? [:]
      return selector.isEmpty ? "<none>" : LabelSelector(matchLabels: selector).queryText
    },
  ]

  private static let endpointSlices = [
    text("AddressType") { $0["addressType"]?.string },
    text("Ports") { slice in
      let ports = (slice["ports"]?.array ?? []).compactMap { $0["port"]?.int }.map(String.init)
      return ports.isEmpty ? "<unset>" : ports.joined(separator: ",")
    },
    text("Endpoints") { slice in
      let addresses = (slice["endpoints"]?.array ?? []).flatMap { $0["addresses"]?.array ?? [] }
        .compactMap(\.string)
      guard addresses.count > 3 else {
        return addresses.isEmpty ? "<unset>" : addresses.joined(separator: ",")
      }
      return addresses.prefix(3).joined(separator: ",") + " + \(addresses.count - 3) more..."
    }, age,
  ]
}

/// What `kubectl get pods` shows.
enum PodColumns {
  static let all: [TableRenderer.Column] = [
    BuiltInColumns.text("Ready") { pod in
      let statuses = pod.status["containerStatuses"]?.array ?? []
      let ready = statuses.filter { $0["ready"]?.bool == true }.count
      return "\(ready)/\(pod.spec["containers"]?.array?.count ?? 0)"
    },
    BuiltInColumns.text("Status", status),
    .init(name: "Restarts", cell: restarts), BuiltInColumns.age,
    BuiltInColumns.text("IP", priority: 1) { $0.status["podIP"]?.string ?? "<none>" },
    BuiltInColumns.text("Node", priority: 1) { $0.spec["nodeName"]?.string ?? "<none>" },
    BuiltInColumns.text("Nominated Node", priority: 1) { $0.status["nominatedNodeName"]?.string ?? "<none>" },
    BuiltInColumns.text("Readiness Gates", priority: 1) { pod in
      let gates = pod.spec["readinessGates"]?.array ?? []
      return gates.isEmpty ? "<none>" : "0/\(gates.count)"
    },
  ]

  /// The phase, or what holds the pod up: the most telling reason of its containers.
  private static func status(_ pod: JSONValue) -> String? {
    var text = pod.status["reason"]?.string ?? pod.status["phase"]?.string ?? "Unknown"
    let statuses = pod.status["containerStatuses"]?.array ?? []
    for status in statuses.reversed() {
      if let reason = status.at("state", "waiting", "reason")?.string {
        text = reason
      } else if let ended = status.at("state", "terminated") {
        text = ended["reason"]?.string ?? "ExitCode:\(ended["exitCode"]?.int ?? 0)"
      }
    }
    let isRunning = statuses.contains { $0["ready"]?.bool == true && $0.at("state", "running") != nil }
    if text == "Completed", isRunning { text = "Running" }
    return pod.isBeingDeleted ? "Terminating" : text
  }

  private static func restarts(_ pod: JSONValue, _ now: Instant) -> JSONValue {
    let statuses = pod.status["containerStatuses"]?.array ?? []
    let count = statuses.reduce(0) { $0 + ($1["restartCount"]?.int ?? 0) }
    let last = statuses.compactMap {
      $0.at("lastState", "terminated", "finishedAt")?.string.flatMap(Instant.init)
    }
    .max()
    guard count > 0, let last else { return .string(String(count)) }
    return .string("\(count) (\(HumanDuration.text(now - last)) ago)")
  }
}

/// What `kubectl get events` shows.
enum EventColumns {
  static let all: [TableRenderer.Column] = [
    .init(name: "Last Seen") { event, now in
      let time = field(event, "lastTimestamp", "deprecatedLastTimestamp") ?? event["eventTime"]?.string
      return TableRenderer.age(time ?? event.at("metadata", "creationTimestamp")?.string, now)
    },
    BuiltInColumns.text("Type") { $0["type"]?.string },
    BuiltInColumns.text("Reason") { $0["reason"]?.string },
    BuiltInColumns.text("Object") { event in
      let object = event["involvedObject"] ?? event["regarding"] ?? .null
      return "\(object["kind"]?.string?.lowercased() ?? "")/\(object["name"]?.string ?? "")"
    },
    BuiltInColumns.text("Message") { field($0, "message", "note")?.trimmingBlanks() },
  ]

  private static func field(_ event: JSONValue, _ core: String, _ new: String) -> String? {
    event[core]?.string ?? event[new]?.string
  }
}
