import AnalysisCore
import ArgumentParser
import KubeClient
import KubeModel
import Primitives

/// `serin create analysisrun`
struct CreateAnalysisRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analysisrun",
    abstract: "Create an analysis run from a template of the cluster or of a file.",
    aliases: ["ar", "analysisruns"]
  )

  @OptionGroup var cluster: ClusterOptions

  @Option(name: .long, help: "A template of the cluster.", completion: .objects(.analysisTemplates))
  var from: String?

  @Option(name: .long, help: "A file with one template, and perhaps others that it names.")
  var fromFile: String?

  @Flag(name: .long, help: "The template is a ClusterAnalysisTemplate.")
  var global = false

  @Option(name: [.customShort("a"), .long], help: "An argument as NAME=VALUE; may be repeated.")
  var argument: [String] = []

  @Option(name: .long, help: "The run's name.")
  var name: String?

  @Option(name: .long, help: "What the run's name begins with; else the template's name.")
  var generateName: String?

  @Option(name: .long, help: "The instance of the controller that is to measure.")
  var instanceID: String?

  func validate() throws {
    guard (from == nil) != (fromFile == nil) else {
      throw ValidationError("one of --from and --from-file must be given")
    }
    guard argument.allSatisfy({ AnalysisArgument(pair: $0) != nil }) else {
      throw ValidationError("arguments are given as NAME=VALUE, such as -a service=web")
    }
  }

  func run() async throws {
    try await ObjectEditor.with(cluster) { editor in
      let templates = try await templates(editor)
      let request = AnalysisRunRequest(
        arguments: argument.compactMap { AnalysisArgument(pair: $0) },
        name: name,
        generateName: generateName,
        instanceID: instanceID
      )
      let run = try request.run(of: templates, namespace: editor.namespace)
      let created = try await onCluster { () async throws(KubeError) in
        try await editor.client.create(.analysisRuns, run)
      }
      Terminal.printNow("analysisrun.argoproj.io/\(created.name) created")
    }
  }

  /// The template that was named, and all that it may name itself.
  private func templates(_ editor: ObjectEditor) async throws -> [JSONValue] {
    let type = global ? ResourceType.clusterAnalysisTemplates : .analysisTemplates
    var templates: [JSONValue] = []
    if let fromFile {
      templates = try ManifestFile.objects(of: [fromFile]).filter(AnalysisRunRequest.isTemplate)
      guard let index = templates.firstIndex(where: { !global || $0.kind == type.kind }) else {
        throw CommandFailure(.usage, "reading \(fromFile): there is no \(type.kind)")
      }
      templates.swapAt(0, index)
    } else if let from {
      templates = [
        try await onCluster { () async throws(KubeError) in
          try await editor.client.get(type, namespace: editor.namespace, name: from)
        }
      ]
    }
    guard templates.contains(where: { $0.spec["templates"]?.array?.isEmpty == false }) else {
      return templates
    }
    let reader = RolloutReader(client: editor.client, namespace: editor.namespace)
    return try await onCluster { [templates] () async throws(KubeError) in
      try await templates + reader.optional(.analysisTemplates) + reader.optional(.clusterAnalysisTemplates)
    }
  }
}
