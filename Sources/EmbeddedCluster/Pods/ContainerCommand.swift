import KubeModel
import Primitives

/// Why a container cannot start, as its waiting state says it.
struct ContainerStartError: Error, Sendable, Equatable {
  let reason: String
  let message: String
}

/// Works out what a container runs.
struct ContainerCommand: Sendable {
  let options: PodProcessOptions
  let lookup: @Sendable (ResourceType, String) -> JSONValue?

  /// The process of a container of the pod, which has its address already.
  ///
  /// - Throws: `ContainerStartError` when the image is unknown and there is no command, or the environment names
  ///   something that is missing.
  func process(of container: JSONValue, pod: JSONValue) throws(ContainerStartError) -> ProcessCommand {
    let image = ImageReference(container["image"]?.string ?? "")
    let known = options.imageCommands[image.repository] ?? options.imageCommands[image.name]
    var variables: [(name: String, value: String)] = [
      ("PATH", options.searchPath), ("HOME", "/"), ("HOSTNAME", pod.name), ("IMAGE_TAG", image.tag),
      ("POD_IP", pod.status["podIP"]?.string ?? ""),
    ]
    do throws(PodConfigurationError) {
      let environment = PodEnvironment(pod: pod, lookup: lookup)
      variables += try environment.variables(of: container)
    } catch {
      throw ContainerStartError(reason: "CreateContainerConfigError", message: error.message)
    }
    let values = Dictionary(variables) { $1 }
    let expand = { (text: String) in PodEnvironment.expand(text, values) }
    let command = container["command"]?.array?.compactMap(\.string).map(expand) ?? []
    let arguments = container["args"]?.array?.compactMap(\.string).map(expand) ?? []
    guard let program = command.isEmpty ? known : command, !program.isEmpty else {
      throw ContainerStartError(
        reason: "ErrImagePull",
        message:
          "failed to pull image \"\(container["image"]?.string ?? "")\": no local program stands for it"
          + " and the container has no command"
      )
    }
    return ProcessCommand(
      arguments: program + arguments,
      environment: values.map { "\($0.key)=\($0.value)" }.sorted(),
      workingDirectory: container["workingDir"]?.string
    )
  }
}
