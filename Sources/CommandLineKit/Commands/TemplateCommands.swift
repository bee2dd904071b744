import ArgumentParser
import KubeClient
import KubeModel
import Primitives
import RolloutCore

/// `serin undo`
struct UndoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Put the pod template of an earlier revision back.",
    discussion: "A rollout that comes from Git must be changed there as well: Git puts its own template back."
  )

  @OptionGroup var cluster: ClusterOptions

  @Option(name: .long, help: "The revision to go back to; 0 is the one before the newest.")
  var toRevision = 0

  @Argument(help: "The rollout.", completion: .objects(.rollouts))
  var name: String

  func validate() throws {
    guard toRevision >= 0 else { throw ValidationError("--to-revision must be at least 0") }
  }

  func run() async throws {
    try await ObjectEditor.with(cluster) { editor in
      let report = try await onCluster { () async throws(KubeError) in
        try await RolloutReader(client: editor.client, namespace: editor.namespace).report(of: name)
      }
      let sets = report.ownReplicaSets.map { ReplicaSetView($0) }
      let target = try Edit.revision(toRevision, of: report.rollout, in: sets)
      let holder = try TemplateHolder(report.rollout)
      let task = ObjectEditor.Task(
        type: holder.type,
        name: holder.name,
        subject: "rollout '\(name)'",
        done: "undo"
      )
      let line = try await editor.perform(task) { .undo(target, of: $0, in: holder) }
      Terminal.printNow(line)
      if line.hasSuffix(task.done) { hintAtGit(report.rollout) }
    }
  }
}

/// `serin set`
struct SetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Change a field of a rollout.",
    subcommands: [SetImageCommand.self]
  )
}

/// `serin set image`
struct SetImageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "image",
    abstract: "Set the images of containers, which begins a release.",
    discussion: "A rollout that comes from Git must be changed there as well: Git puts its own images back."
  )

  @OptionGroup var cluster: ClusterOptions

  @Argument(help: "The rollout.", completion: .objects(.rollouts))
  var name: String

  @Argument(help: "container=image, as often as needed; * stands for all containers.")
  var images: [String]

  func validate() throws {
    guard images.allSatisfy({ ImageChoice($0) != nil }) else {
      throw ValidationError("images are given as container=image, such as web=shop:v2 or *=shop:v2")
    }
  }

  func run() async throws {
    let choices = images.compactMap { ImageChoice($0) }
    try await ObjectEditor.with(cluster) { editor in
      let rollout = try await onCluster { () async throws(KubeError) in
        try await editor.client.get(.rollouts, namespace: editor.namespace, name: name)
      }
      let holder = try TemplateHolder(rollout)
      let task = ObjectEditor.Task(
        type: holder.type,
        name: holder.name,
        subject: "\(holder.type.kind.lowercased()) \"\(holder.name)\"",
        done: "image updated"
      )
      let line = try await editor.perform(task) { (object) throws(CommandFailure) in
        try Edit.setImages(choices, of: object, in: holder)
      }
      Terminal.printNow(line)
      if line.hasSuffix(task.done) { hintAtGit(rollout) }
    }
  }
}

/// Says where a change has to be made to last.
private func hintAtGit(_ rollout: JSONValue) {
  guard let source = gitSourceKey(of: rollout) else { return }
  let file = rollout.annotations[RolloutNames.sourceFile].map { " in \($0)" } ?? ""
  Terminal.printError(
    "hint: GitSource \(source) will put back what Git says; make the same change\(file) there to keep it"
  )
}
