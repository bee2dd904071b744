import KubeModel

/// Kinds that only the workload controllers know.
enum WorkloadTypes {
  static let endpoints = ResourceType(group: "", version: "v1", kind: "Endpoints", plural: "endpoints")
  static let jobs = ResourceType(group: "batch", version: "v1", kind: "Job", plural: "jobs")
}
