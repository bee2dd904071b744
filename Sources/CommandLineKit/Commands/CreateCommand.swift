import ArgumentParser
import KubeClient
import KubeModel
import Primitives

/// `serin create`
struct CreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Create objects from files, or an analysis run from a template.",
    discussion: "`serin create -f FILE` is short for `serin create manifests -f FILE`.",
    subcommands: [CreateManifestsCommand.self, CreateAnalysisRunCommand.self],
    defaultSubcommand: CreateManifestsCommand.self
  )
}

/// `serin create manifests`
struct CreateManifestsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifests",
    abstract: "Create the rollouts, experiments, analysis templates and analysis runs of files."
  )

  @OptionGroup var cluster: ClusterOptions

  @Option(name: [.customShort("f"), .long], help: "A file, or - for standard input; may be repeated.")
  var filename: [String] = []

  @Flag(name: .shortAndLong, help: "Then show it after every change: one rollout or experiment.")
  var watch = false

  /// What can be created here; everything else is kubectl's business.
  private static let types: [ResourceType] = [
    .rollouts, .experiments, .analysisTemplates, .clusterAnalysisTemplates, .analysisRuns,
  ]

  func validate() throws {
    guard !filename.isEmpty else { throw ValidationError("name at least one file with -f") }
  }

  func run() async throws {
    var objects: [(type: ResourceType, object: JSONValue)] = []
    for object in try ManifestFile.objects(of: filename) { objects.append((try type(of: object), object)) }
    if watch, objects.count != 1 || ![ResourceType.rollouts, .experiments].contains(objects[0].type) {
      throw CommandFailure(.usage, "only one rollout or experiment can be watched")
    }
    try await ObjectEditor.with(cluster) { editor in
      for (type, object) in objects {
        var object = object
        if type.isNamespaced, object.namespace.isEmpty {
          object.set(.string(editor.namespace), at: "metadata", "namespace")
        }
        let created = try await onCluster { [object] () async throws(KubeError) in
          try await editor.client.create(type, object)
        }
        Terminal.printNow("\(type.kind.lowercased()).\(type.group)/\(created.name) created")
      }
    }
    guard watch, let first = objects.first else { return }
    try await show(first.type, first.object)
  }

  private func type(of object: JSONValue) throws(CommandFailure) -> ResourceType {
    if let type = Self.types.first(where: { $0.apiVersion == object.apiVersion && $0.kind == object.kind }) {
      return type
    }
    throw CommandFailure(
      .usage,
      "creating \(object.apiVersion) \(object.kind) \"\(object.name)\": this kind is not created here",
      hint: "use kubectl create -f"
    )
  }

  private func show(_ type: ResourceType, _ object: JSONValue) async throws {
    let place = ["-n", object.namespace].filter { _ in !object.namespace.isEmpty }
    let arguments =
      [object.name, "--watch"] + (place.isEmpty ? cluster.arguments : cluster.arguments + place)
    if type == .rollouts {
      try await GetRolloutCommand.asyncParse(arguments).run()
    } else {
      try await GetExperimentCommand.asyncParse(arguments).run()
    }
  }
}
