import KubeClient
import KubeModel
import Primitives
import Testing

/// AnalysisRuns that belong to no Rollout.
extension Stage {
  /// Creates a run of the metrics; `fields` are further ones of its spec.
  func createRun(
    _ name: String,
    _ metrics: [JSONValue],
    _ fields: JSONFields = [:],
    namespace: String = "default"
  ) async throws {
    let spec = fields.merging(["metrics": .array(metrics)]) { $1 }
    let run: JSONValue = [
      "apiVersion": .string(ResourceType.analysisRuns.apiVersion), "kind": "AnalysisRun",
      "metadata": ["name": .string(name), "namespace": .string(namespace)], "spec": .object(spec),
    ]
    try await client.create(.analysisRuns, run)
  }

  /// Waits until the status of the run is as it should be, and answers it.
  @discardableResult
  func waitForRun(
    _ name: String,
    namespace: String = "default",
    within limit: Duration = .seconds(30),
    for isThere: (JSONValue) -> Bool
  ) async throws -> JSONValue {
    var last = JSONValue.null
    return try await waitFor("AnalysisRun \(name)", within: limit, detail: { last.text() }) {
      last = try await get(.analysisRuns, namespace, name)?.status ?? .null
      return isThere(last) ? last : nil
    }
  }

  /// Ends a run, as a person does.
  func terminateRun(_ name: String, namespace: String = "default") async throws {
    let change: JSONValue = ["spec": ["terminate": true]]
    try await client.patch(.analysisRuns, namespace: namespace, name: name, .merge(change))
  }
}
