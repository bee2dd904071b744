import Primitives
import RolloutCore

extension StepPluginAnswer {
  /// How much a plugin may have kept in the Rollout's status, in bytes.
  static let longestState = 32 << 10

  /// Reads a step plugin's reply.
  init(_ reply: JSONValue, _ subject: String) throws(PluginFailure) {
    let state = reply["status"].flatMap { $0.isNull ? nil : $0 }
    if let state {
      guard state.object != nil else { throw PluginFailure("\(subject): its status is no object") }
      guard state.bytes().count <= Self.longestState else {
        throw PluginFailure("\(subject): its status is larger than \(Self.longestState) bytes")
      }
    }
    let message = PluginProtocol.excerpt(Array((reply["message"]?.string ?? "").utf8))
    switch reply["phase"]?.string {
    case "Running":
      let after = reply["requeueAfter"]
      guard after == nil || PluginProtocol.duration(after) != nil else {
        throw PluginFailure("\(subject): its requeueAfter is neither seconds nor like 1m30s")
      }
      self = .running(after: PluginProtocol.duration(after), message: message, state: state)
    case "Successful": self = .successful(message: message, state: state)
    case "Failed": self = .failed(message: message, state: state)
    case "Error": self = .error("\(subject): \(message.isEmpty ? "it says Error" : message)")
    case let phase:
      let said = phase.map { "the phase \(PluginProtocol.excerpt(Array($0.utf8)))" } ?? "no phase"
      throw PluginFailure("\(subject): its answer has \(said), and not Running, Successful, Failed or Error")
    }
  }
}

extension StepPluginCall {
  /// What the plugin is told, with the Rollout as the cluster has it.
  func content(_ rollout: JSONValue) -> JSONValue {
    var rollout = rollout
    rollout.set(nil, at: "metadata", "managedFields")
    var content: JSONValue = [
      "id": .string(id), "step": JSONValue(index), "podTemplateHash": .string(podHash), "rollout": rollout,
    ]
    content["config"] = config
    content["status"] = state
    return content
  }
}
