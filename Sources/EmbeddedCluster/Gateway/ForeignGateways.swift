import KubeModel
import Primitives

/// The Gateways of other controllers, told by their classes: what routes they accept is not for the embedded cluster's
/// own entry point to say. A Gateway that does not exist, or has no class, is nobody else's.
struct ForeignGateways {
  static let gateways = ResourceType(
    group: "gateway.networking.k8s.io",
    version: "v1",
    kind: "Gateway",
    plural: "gateways"
  )
  static let classes = ResourceType(
    group: "gateway.networking.k8s.io",
    version: "v1",
    kind: "GatewayClass",
    plural: "gatewayclasses",
    isNamespaced: false
  )

  private let keys: Set<ObjectKey>

  init(gateways: [JSONValue] = [], classes: [JSONValue] = []) {
    let foreign = Set(
      classes.filter { $0.spec["controllerName"]?.string != RouteStatus.controllerName }.map(\.name)
    )
    keys = Set(
      gateways.filter { foreign.contains($0.spec["gatewayClassName"]?.string ?? "") }.map { ObjectKey($0) }
    )
  }

  /// Whether a `parentRef` of a route in the namespace names one of them.
  func contains(_ parent: JSONValue, in namespace: String) -> Bool {
    guard parent["kind"]?.string ?? "Gateway" == "Gateway", let name = parent["name"]?.string else {
      return false
    }
    return keys.contains(ObjectKey(namespace: parent["namespace"]?.string ?? namespace, name: name))
  }
}
