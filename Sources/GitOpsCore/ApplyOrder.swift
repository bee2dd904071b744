import KubeModel
import Primitives

/// The order of applying: by sync wave, then what others stand on first, then by name; pruning goes backwards.
struct ApplyOrder: Comparable {
  let wave: Int
  let rank: Int
  private let id: ObjectID

  init(_ object: JSONValue, id: ObjectID) {
    wave = object.annotations["argocd.argoproj.io/sync-wave"].flatMap { Int($0) } ?? 0
    rank = Self.rank(of: id)
    self.id = id
  }

  static func < (left: ApplyOrder, right: ApplyOrder) -> Bool {
    if left.wave != right.wave { return left.wave < right.wave }
    if left.rank != right.rank { return left.rank < right.rank }
    return (left.id.kind, left.id.namespace, left.id.name) < (
      right.id.kind, right.id.namespace, right.id.name
    )
  }

  private static func rank(of id: ObjectID) -> Int {
    switch (id.group, id.kind) {
    case ("", "Namespace"): 0
    case (_, "CustomResourceDefinition"): 1
    case (_, "PriorityClass"), (_, "StorageClass"), ("", "ResourceQuota"), ("", "LimitRange"): 2
    case ("", "ServiceAccount"), ("rbac.authorization.k8s.io", _): 3
    case ("", "Secret"), ("", "ConfigMap"), ("", "PersistentVolume"), ("", "PersistentVolumeClaim"): 4
    case ("", "Service"): 5
    case ("gateway.networking.k8s.io", "GatewayClass"): 6
    case ("gateway.networking.k8s.io", "Gateway"): 7
    case ("gateway.networking.k8s.io", _), ("networking.k8s.io", _): 8
    case ("argoproj.io", "AnalysisTemplate"), ("argoproj.io", "ClusterAnalysisTemplate"): 9
    case ("argoproj.io", "Rollout"): 11
    case ("autoscaling", _), ("serin.dev", _): 12
    default: 10
    }
  }
}
