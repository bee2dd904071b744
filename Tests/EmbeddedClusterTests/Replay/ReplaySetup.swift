import EmbeddedCluster
import KubeModel
import Primitives

/// What had happened on the real cluster between two recordings and was not recorded itself.
enum ReplaySetup {
  static let jobs = ResourceType(group: "batch", version: "v1", kind: "Job", plural: "jobs")

  /// Brings the store to where the recording of this number found the real cluster.
  static func prepare(_ number: Int, _ store: ClusterStore, _ recording: Recording) throws {
    switch number {
    case 55:
      for index in 0..<5 {
        try make(.configMaps, "p\(index)", store, labels: ["i": "\(index)", "page": "y"])
      }
    case 66: try changeWatched(store)
    case 67:
      try make(.configMaps, "w", store)
      try set(store, data: "1")
      try label(store, "1")
      try label(store, nil)
      try store.delete(.configMaps, namespace: "rec", name: "w")
    case 74:
      _ = try store.create(
        .configMaps,
        ["metadata": ["name": "fin", "namespace": "rec", "finalizers": ["example.com/f"]]]
      )
    case 85, 101, 105: try copyStatus(of: recording.responseBody, store)
    case 89, 90: try observe(store, generation: 3)
    case 94: try observe(store, generation: 4)
    case 92: try makePod(store)
    default: break
    }
  }

  private static func make(
    _ type: ResourceType,
    _ name: String,
    _ store: ClusterStore,
    labels: [String: String] = [:]
  ) throws {
    _ = try store.create(
      type,
      ["metadata": ["name": .string(name), "namespace": "rec", "labels": JSONValue(labels)]]
    )
  }

  private static func changeWatched(_ store: ClusterStore) throws {
    try make(.configMaps, "w", store)
    try set(store, data: "1")
    try label(store, "1")
    try label(store, nil)
    try store.delete(.configMaps, namespace: "rec", name: "w")
  }

  private static func set(_ store: ClusterStore, data: String) throws {
    try store.update(.configMaps, namespace: "rec", name: "w") { $0["data"] = ["z": .string(data)] }
  }

  private static func label(_ store: ClusterStore, _ value: String?) throws {
    try store.update(.configMaps, namespace: "rec", name: "w") { object in
      object.set(value.map(JSONValue.string), at: "metadata", "labels", "sel")
    }
  }

  /// A controller wrote this status.
  private static func copyStatus(of object: JSONValue, _ store: ClusterStore) throws {
    let types: [String: ResourceType] = ["ReplicaSet": .replicaSets, "Deployment": .deployments, "Job": jobs]
    guard let type = types[object.kind] else { return }
    try store.update(type, namespace: "rec", name: object.name, subresource: "status") {
      $0["status"] = object["status"]
    }
    guard !object.annotations.isEmpty else { return }
    try store.update(type, namespace: "rec", name: object.name) {
      $0.set(JSONValue(object.annotations), at: "metadata", "annotations")
    }
  }

  /// The ReplicaSet controller had seen this generation.
  private static func observe(_ store: ClusterStore, generation: Int) throws {
    guard store.get(.replicaSets, namespace: "rec", name: "r") != nil else { return }
    try store.update(.replicaSets, namespace: "rec", name: "r", subresource: "status") {
      $0.set(JSONValue(generation), at: "status", "observedGeneration")
    }
  }

  private static func makePod(_ store: ClusterStore) throws {
    _ = try store.create(
      .pods,
      [
        "metadata": [
          "name": "r-t588r", "generateName": "r-", "namespace": "rec", "labels": ["app": "r"],
          "ownerReferences": [
            [
              "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "r", "uid": "u", "controller": true,
              "blockOwnerDeletion": true,
            ]
          ],
        ],
        "spec": ["nodeName": "lab-node", "containers": [["name": "c", "image": "img:1"]]],
      ]
    )
    try store.update(.pods, namespace: "rec", name: "r-t588r", subresource: "status") {
      $0["status"] = [
        "phase": "Running", "podIP": "10.200.0.115",
        "containerStatuses": [["name": "c", "ready": true, "restartCount": 0, "state": ["running": [:]]]],
      ]
    }
  }
}
