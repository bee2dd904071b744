package import Primitives

/// One question to a step plugin.
package struct StepPluginCall: Sendable, Hashable {
  /// Equal for every attempt to ask this question, and for no other question: by it the plugin knows one that it has
  /// answered before, and the planner the answer to it.
  package let id: String
  package let name: String
  package let operation: StepPluginStatus.Operation
  package let index: Int
  /// `steps[].plugin.config`, as it stands in the manifest.
  package let config: JSONValue?
  /// What the plugin gave with its last answer.
  package let state: JSONValue?
  /// The revision that is released.
  package let podHash: String

  package init(
    id: String,
    name: String,
    operation: StepPluginStatus.Operation,
    index: Int,
    config: JSONValue?,
    state: JSONValue?,
    podHash: String
  ) {
    self.id = id
    self.name = name
    self.operation = operation
    self.index = index
    self.config = config
    self.state = state
    self.podHash = podHash
  }
}

/// What came of asking a step plugin.
package enum StepPluginAnswer: Sendable, Hashable {
  /// To be asked again after a while; only a run may take its time.
  case running(after: Duration?, message: String, state: JSONValue?)
  case successful(message: String, state: JSONValue?)
  case failed(message: String, state: JSONValue?)
  /// Nobody answered, or nothing that can be read; one line.
  case error(String)
  /// The configuration says that it is not to be asked: its steps are done at once.
  case disabled
}

/// What is known of a rollout's step plugins beside its status: calls in flight, and answers that no plan has seen.
package struct StepPluginBoard: Sendable, Hashable {
  /// By the call's id.
  package var answers: [String: StepPluginAnswer]
  package var inFlight: Set<String>

  package init(answers: [String: StepPluginAnswer] = [:], inFlight: Set<String> = []) {
    self.answers = answers
    self.inFlight = inFlight
  }
}
