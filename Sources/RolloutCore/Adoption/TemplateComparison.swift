package import Primitives

/// Whether a ReplicaSet's pods are those that a template asks for, whoever made it (reference, section 0.4): what an API
/// server adds, what a controller injects for a release, and how amounts are written make no difference.
package func sameTemplate(_ live: ReplicaSetView, as desired: JSONValue) -> Bool {
  ComparableTemplate(live) == ComparableTemplate(desired)
}

/// A pod template in a form that is equal for templates that mean the same pods.
struct ComparableTemplate: Equatable {
  private let bytes: [UInt8]

  init(_ live: ReplicaSetView) { self.init(normalizing: live.template) }

  init(_ desired: JSONValue) {
    var template = desired
    template.set(nil, at: "metadata", "labels", RolloutNames.podTemplateHash)
    self.init(normalizing: template)
  }

  private init(normalizing template: JSONValue) {
    var template = template
    template.set(nil, at: "metadata", "creationTimestamp")
    if var spec = template["spec"] {
      Self.normalize(&spec)
      template["spec"] = spec
    }
    bytes = GoEncoder.bytes(of: template, as: "PodTemplateSpec", in: PodTypes.all, for: .comparison)
  }

  /// What an API server fills in from other fields.
  private static func normalize(_ spec: inout JSONValue) {
    // The deprecated spelling, which a server keeps beside the present one.
    if spec["serviceAccountName"]?.string?.isEmpty ?? true {
      spec["serviceAccountName"] = spec["serviceAccount"]
    }
    spec["serviceAccount"] = nil
    // An affinity without terms is none.
    if let affinity = spec["affinity"]?.object?.filter({ $0.value != .object([:]) }) {
      spec["affinity"] = affinity.isEmpty ? nil : .object(affinity)
    }
    if let volumes = spec["volumes"]?.array, volumes.contains(where: isBare) {
      spec["volumes"] = .array(volumes.map { isBare($0) ? withEmptyDirectory($0) : $0 })
    }
    guard spec["hostNetwork"]?.bool == true else { return }
    for list in ["containers", "initContainers"] {
      if let containers = spec[list]?.array { spec[list] = .array(containers.map(withHostPorts)) }
    }
  }

  /// Whether a volume names no source.
  private static func isBare(_ volume: JSONValue) -> Bool {
    volume.object?.allSatisfy { $0.key == "name" || $0.value.isNull } ?? false
  }

  private static func withEmptyDirectory(_ volume: JSONValue) -> JSONValue {
    var volume = volume
    volume["emptyDir"] = .object([:])
    return volume
  }

  /// On the host's network a container's port is the host's; servers before 1.28 write that down.
  private static func withHostPorts(_ container: JSONValue) -> JSONValue {
    var container = container
    guard let ports = container["ports"]?.array else { return container }
    container["ports"] = .array(
      ports.map { port in
        var port = port
        if port["hostPort"]?.int ?? 0 == 0 { port["hostPort"] = port["containerPort"] }
        return port
      }
    )
    return container
  }
}
