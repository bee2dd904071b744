import KubeClient
import KubeModel
import Primitives
import RolloutCore

/// Reads an object, decides what to change, writes it; an object that changed in between is read again.
struct ObjectEditor {
  let client: KubeClient
  let namespace: String

  /// What a command was asked for, and what it says when that is done.
  struct Task {
    let type: ResourceType
    let name: String
    /// How the object is called in the answer, such as `rollout 'web'`.
    let subject: String
    let done: String
    /// Whether the decision depends on what was read: then it holds only for that version of the object.
    var isGuarded = true
    /// Whether the object may be decided on; until it may, it is read again for a few seconds.
    var isSettled: (JSONValue) -> Bool = { _ in true }
  }

  /// Performs the task and answers its one line.
  func perform(_ task: Task, _ decide: (JSONValue) throws(CommandFailure) -> Edit)
    async throws(CommandFailure) -> String
  {
    var attempt = 0
    while true {
      attempt += 1
      let object = try await settled(task)
      switch try decide(object) {
      case .nothing(let reason): return "\(task.subject) \(reason)"
      case .write(let patches):
        do throws(KubeError) {
          try await write(patches, object, task)
          return "\(task.subject) \(task.done)"
        } catch {
          guard error.isLostRace, attempt < 10 else { throw CommandFailure(error) }
        }
      }
    }
  }

  /// A controller that has not seen the newest spec, or the last command, is given time: a decision on what it is about
  /// to change would be a decision on something else.
  private func settled(_ task: Task) async throws(CommandFailure) -> JSONValue {
    for _ in 0..<25 {
      let object = try await read(task)
      if task.isSettled(object) { return object }
      do { try await _Concurrency.Task.sleep(for: .milliseconds(200)) } catch { break }
    }
    return try await read(task)
  }

  private func read(_ task: Task) async throws(CommandFailure) -> JSONValue {
    try await onCluster { () async throws(KubeError) in
      try await client.get(task.type, namespace: namespace, name: task.name)
    }
  }

  private func write(_ patches: [Edit.Patch], _ object: JSONValue, _ task: Task) async throws(KubeError) {
    var version = object.resourceVersion
    for patch in patches {
      var body = patch.body
      if case .merge(var fields) = body, task.isGuarded {
        fields.set(.string(version), at: "metadata", "resourceVersion")
        body = .merge(fields)
      }
      version = try await write(body, isStatus: patch.isStatus, task).resourceVersion
    }
  }

  /// A status goes to its subresource first; definitions older than that have none and answer that nothing is there.
  private func write(_ body: KubePatch, isStatus: Bool, _ task: Task) async throws(KubeError) -> JSONValue {
    guard isStatus else {
      return try await client.patch(task.type, namespace: namespace, name: task.name, body)
    }
    do throws(KubeError) {
      return try await client.patch(
        task.type,
        namespace: namespace,
        name: task.name,
        body,
        subresource: "status"
      )
    } catch {
      guard error.code == .notFound else { throw error }
      return try await client.patch(task.type, namespace: namespace, name: task.name, body)
    }
  }
}

extension ObjectEditor {
  /// The editor for a command's cluster and namespace; the client is shut down at the end.
  static func with<Result>(
    _ options: ClusterOptions,
    _ body: (ObjectEditor) async throws -> Result
  ) async throws -> Result {
    let client = try await options.client()
    let editor = ObjectEditor(client: client, namespace: options.namespace(of: client))
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(editor)) } catch { result = .failure(error) }
    await client.shutdown()
    return try result.get()
  }

  /// Performs a command on each of several objects: one that fails keeps none of the others from being changed.
  func each(_ names: [String], _ body: (String) async throws(CommandFailure) -> String)
    async throws(CommandFailure)
  {
    var failures: [CommandFailure] = []
    for name in names {
      do throws(CommandFailure) {
        Terminal.printNow(try await body(name))
      } catch {
        failures.append(error)
      }
    }
    for failure in failures.dropLast() { Terminal.printError(failure.line) }
    if let last = failures.last { throw last }
  }

  /// Changes rollouts by a decision on what was read; the controller has seen everything that came before it.
  func rollouts(_ names: [String], done: String, _ decide: (JSONValue) -> Edit) async throws(CommandFailure) {
    try await each(names) { (name) async throws(CommandFailure) in
      let task = Task(
        type: .rollouts,
        name: name,
        subject: "rollout '\(name)'",
        done: done,
        isSettled: { RolloutPhase($0).lag == nil }
      )
      return try await perform(task, decide)
    }
  }
}
