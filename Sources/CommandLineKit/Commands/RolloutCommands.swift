import ArgumentParser
import KubeClient
import KubeModel
import Primitives
import RolloutCore

/// `serin promote`
struct PromoteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "promote",
    abstract: "Let a rollout go on: end a pause, or skip the step it is in."
  )

  @OptionGroup var cluster: ClusterOptions

  @Flag(name: .long, help: "Skip all steps, pauses and analyses that are left.")
  var full = false

  @Argument(help: "The rollout.")
  var name: String

  func run() async throws {
    try await patchRollout(name, in: cluster, done: full ? "fully promoted" : "promoted") { rollout in
      full ? RolloutPatch.promoteFully(rollout) : RolloutPatch.promote(rollout)
    }
  }
}

/// `serin abort`
struct AbortCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "abort",
    abstract: "Stop a release: traffic goes back to the stable revision at once."
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The rollouts.")
  var names: [String]

  func run() async throws {
    for name in names {
      try await patchRollout(name, in: cluster, done: "aborted") { rollout in
        let status = RolloutStatus(rollout.status)
        guard !status.isFullyPromoted else {
          return .nothing("has no release in flight: the newest revision is the stable one")
        }
        return status.isAborted ? .nothing("is aborted already") : .patch(status: ["abort": true])
      }
    }
  }
}

/// `serin retry`
struct RetryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Start an aborted release over."
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The rollouts.")
  var names: [String]

  func run() async throws {
    for name in names {
      try await patchRollout(name, in: cluster, done: "retried") { rollout in
        RolloutStatus(rollout.status).isAborted
          ? .patch(status: ["abort": false]) : .nothing("is not aborted")
      }
    }
  }
}

/// `serin pause`
struct PauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause",
    abstract: "Freeze a rollout: no step is taken and nothing is scaled until it is resumed."
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The rollouts.")
  var names: [String]

  func run() async throws {
    for name in names {
      try await patchRollout(name, in: cluster, done: "paused") { rollout in
        rollout.spec["paused"]?.bool == true ? .nothing("is paused already") : .patch(spec: ["paused": true])
      }
    }
  }
}

/// `serin resume`
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume",
    abstract: "Let a paused rollout go on."
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The rollouts.")
  var names: [String]

  func run() async throws {
    for name in names {
      try await patchRollout(name, in: cluster, done: "resumed") { RolloutPatch.resume($0) }
    }
  }
}

/// What a command changes of a rollout: the same fields that other tools patch (reference, section 8.2).
enum RolloutPatch: Equatable {
  case patch(spec: JSONValue? = nil, status: JSONValue? = nil)
  /// There is nothing to change, and why.
  case nothing(String)

  /// A frozen rollout is only unfrozen: the step that waits for a person goes on waiting, until a second resume.
  static func resume(_ rollout: JSONValue) -> RolloutPatch {
    if rollout.spec["paused"]?.bool == true { return .patch(spec: ["paused": false]) }
    guard !RolloutStatus(rollout.status).pauseConditions.isEmpty else { return .nothing("is not paused") }
    return .patch(status: ["pauseConditions": .null])
  }

  static func promoteFully(_ rollout: JSONValue) -> RolloutPatch {
    let isPaused = rollout.spec["paused"]?.bool == true
    let hasRelease = !RolloutStatus(rollout.status).isFullyPromoted
    guard isPaused || hasRelease else { return .nothing("is fully promoted already") }
    return .patch(spec: isPaused ? ["paused": false] : nil, status: hasRelease ? ["promoteFull": true] : nil)
  }

  static func promote(_ rollout: JSONValue) -> RolloutPatch {
    let status = RolloutStatus(rollout.status)
    let isPaused = rollout.spec["paused"]?.bool == true
    let spec: JSONValue? = isPaused ? ["paused": false] : nil
    let steps = RolloutSpec(rollout).canary?.steps ?? []
    let index = status.currentStepIndex ?? 0
    if status.isAborted { return .nothing("is aborted; `serin retry` starts it over") }
    if !status.pauseConditions.isEmpty {
      var patch: JSONValue = ["pauseConditions": .null]
      // An inconclusive step is skipped; after an inconclusive background analysis the release goes on where it is.
      if status.stepAnalysis?.phase == "Inconclusive", status.isControllerPause, steps.indices.contains(index)
      {
        patch["controllerPause"] = false
        patch["currentStepIndex"] = JSONValue(index + 1)
      }
      return .patch(spec: spec, status: patch)
    }
    guard !status.isFullyPromoted, steps.indices.contains(index) else {
      return isPaused ? .patch(spec: spec) : .nothing("has no step to skip")
    }
    return .patch(spec: spec, status: ["pauseConditions": .null, "currentStepIndex": JSONValue(index + 1)])
  }
}

/// Reads the rollout, decides, patches; a rollout that changed in between is read again.
private func patchRollout(
  _ name: String,
  in options: ClusterOptions,
  done: String,
  _ decide: (JSONValue) -> RolloutPatch
) async throws {
  let client = try await options.client()
  let key = ObjectKey(namespace: options.namespace(of: client), name: name)
  for attempt in 1... {
    do throws(KubeError) {
      let rollout = try await client.get(.rollouts, namespace: key.namespace, name: key.name)
      switch decide(rollout) {
      case .nothing(let reason): print("rollout '\(name)' \(reason)")
      case .patch(let spec, let status):
        try await write(spec, status, rollout, client)
        print("rollout '\(name)' \(done)")
      }
      return await client.shutdown()
    } catch {
      guard error.code == .conflict, attempt < 10 else { throw CommandFailure(error) }
    }
  }
}

/// The status goes first, as in other tools: a spec that is unpaused early would take a step too many.
private func write(
  _ spec: JSONValue?,
  _ status: JSONValue?,
  _ rollout: JSONValue,
  _ client: KubeClient
) async throws(KubeError) {
  var version = rollout.resourceVersion
  for (field, content, subresource) in [("status", status, "status"), ("spec", spec, nil)] {
    guard let content else { continue }
    let body: JSONValue = ["metadata": ["resourceVersion": .string(version)], field: content]
    let written = try await client.patch(
      .rollouts,
      namespace: rollout.namespace,
      name: rollout.name,
      .merge(body),
      subresource: subresource
    )
    version = written.resourceVersion
  }
}
