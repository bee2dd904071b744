import KubeModel
package import Primitives

/// Where something stands that a router reads or writes, and that is no object of the cluster: it is asked for by name
/// instead of being watched.
package struct OutsidePlace: Sendable, Hashable {
  /// Who is asked.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The records of one name in a zone of PowerDNS.
    case recordSet = "DNSRecordSet"
    /// What a router plugin brings about for one rollout.
    case plugin = "RouterPlugin"
    /// A load balancer of AWS, by the host name that its Ingress has.
    case loadBalancer = "LoadBalancer"
  }

  package let kind: Kind
  /// All that has to be known to find it. Two rollouts with the same settings, in one namespace, share one answer.
  package let settings: JSONValue

  package init(_ kind: Kind, settings: JSONValue) {
    self.kind = kind
    self.settings = settings
  }

  /// A kind that no cluster serves, by which the place is called in conditions and errors.
  var type: ResourceType {
    ResourceType(group: "", version: "", kind: kind.rawValue, plural: kind.rawValue.lowercased() + "s")
  }
}
