package import Primitives

/// What a step plugin was asked and has said: an entry of `status.canary.stepPluginStatuses` (reference, sections 1.6
/// and 2.16).
package struct StepPluginStatus: Sendable, Hashable {
  package enum Operation: String, Sendable, Hashable {
    case run = "Run"
    /// The step is skipped, or the rollout is promoted over it.
    case terminate = "Terminate"
    /// The release goes back.
    case abort = "Abort"
  }

  package enum Phase: String, Sendable, Hashable {
    /// Asked again after the backoff.
    case running = "Running"
    case successful = "Successful"
    case failed = "Failed"
    /// There was no answer, or none that can be read; asked again after the backoff.
    case error = "Error"
  }

  package let index: Int
  package let name: String
  package let operation: Operation
  package var phase: Phase
  package var message: String
  package let startedAt: Instant
  package var updatedAt: Instant?
  package var finishedAt: Instant?
  package var backoff: Duration
  /// How often it was asked and answered.
  package var executions: Int
  package var isDisabled: Bool
  /// What the plugin wants to be given with the next call.
  package var state: JSONValue?

  /// The entry of a call that has not been made yet.
  init(index: Int, name: String, operation: Operation, startedAt: Instant) {
    self.index = index
    self.name = name
    self.operation = operation
    phase = .running
    message = ""
    self.startedAt = startedAt
    backoff = .zero
    executions = 0
    isDisabled = false
  }

  /// Reads an entry; nil for one that does not say what it is about.
  init?(_ json: JSONValue) {
    guard let index = json["index"]?.int32, let name = json["name"]?.string,
      let operation = json["operation"]?.string.flatMap(Operation.init)
    else { return nil }
    let time = { (field: String) in json[field]?.string.flatMap { Instant($0) } }
    self.init(
      index: index,
      name: name,
      operation: operation,
      startedAt: time("startedAt") ?? Instant(secondsSinceEpoch: 0)
    )
    phase = json["phase"]?.string.flatMap(Phase.init) ?? .running
    message = json["message"]?.string ?? ""
    updatedAt = time("updatedAt")
    finishedAt = time("finishedAt")
    backoff = json["backoff"]?.string.flatMap { Duration(go: $0) } ?? .zero
    executions = max(0, json["executions"]?.int32 ?? 0)
    isDisabled = json["disabled"]?.bool ?? false
    state = json["status"].flatMap { $0.isNull ? nil : $0 }
  }

  var json: JSONValue {
    var json: JSONValue = [
      "index": JSONValue(index), "name": .string(name), "operation": .string(operation.rawValue),
      "phase": .string(phase.rawValue), "startedAt": .string(startedAt.rfc3339),
    ]
    if !message.isEmpty { json["message"] = .string(message) }
    json["updatedAt"] = updatedAt.map { .string($0.rfc3339) }
    json["finishedAt"] = finishedAt.map { .string($0.rfc3339) }
    if backoff > .zero { json["backoff"] = .string(backoff.goText) }
    if executions > 0 { json["executions"] = JSONValue(executions) }
    if isDisabled { json["disabled"] = true }
    json["status"] = state
    return json
  }

  /// Whether nothing more is to be asked.
  var isOver: Bool { isDisabled || phase == .successful || phase == .failed }

  /// When it is to be asked; nil when it never is.
  var dueAt: Instant? { isOver ? nil : updatedAt.map { $0 + backoff } ?? startedAt }
}

extension RolloutStatus {
  func stepPlugin(_ operation: StepPluginStatus.Operation, at index: Int) -> StepPluginStatus? {
    stepPlugins.first { $0.index == index && $0.operation == operation }
  }

  /// Replaces the entry of the same index and operation, or adds it.
  mutating func note(_ entry: StepPluginStatus) {
    let place = stepPlugins.firstIndex { $0.index == entry.index && $0.operation == entry.operation }
    if let place {
      stepPlugins[place] = entry
    } else {
      stepPlugins.append(entry)
    }
  }
}
