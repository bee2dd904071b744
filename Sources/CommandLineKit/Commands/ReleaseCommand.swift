import ArgumentParser
import GitOpsCore
import GitStore
import KubeClient
import KubeModel
import Primitives
import RolloutController
import YAMLEdit

/// `serin release`
struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Let an image in again that a release was aborted for.",
    discussion: """
      An abort puts the image into quarantine: while serin.lock lists it, a commit that brings it back is not applied. \
      This writes the commit that takes it out, with the credentials of the GitSource, to the branch to which its \
      decisions go.
      """
  )

  @OptionGroup var cluster: ClusterOptions

  @Option(
    name: .long,
    help: "Only for this rollout, as name or namespace/name.",
    completion: .objects(.rollouts)
  )
  var rollout: String?

  @Option(name: .long, help: "Why, for the commit.")
  var reason = ""

  @Option(name: .long, help: "Who asks for it, for the commit; else the user of this machine.")
  var by: String?

  @Option(name: .shortAndLong, help: "json, yaml, or name for the commits alone.")
  var output: OutputFormat?

  @Argument(help: "The image, as the manifest had it.")
  var image: String

  func run() async throws {
    let folder = try FileAccess.makeTemporaryFolder("serin-release")
    let result: Result<[QuarantineRelease.Done], any Error>
    do { result = .success(try await release(mirror: folder)) } catch { result = .failure(error) }
    try FileAccess.removeFolder(folder)
    let done = try result.get()
    if let output { return Terminal.printNow(Self.text(done, as: output)) }
    for done in done {
      Terminal.printNow(
        "rollout '\(done.rollout.description.printable)': \(image.printable) released by commit "
          + "\(done.commit.short) on branch \(done.branch.printable)"
      )
    }
  }

  private func release(mirror folder: String) async throws -> [QuarantineRelease.Done] {
    let client = try await cluster.client()
    let (namespace, name) = cluster.place(of: rollout, client: client)
    let sources = try await GitSource.found(for: name, namespace, client)
    let access = GitAccess(client: client, directory: folder)
    let request = QuarantineRelease(
      image,
      for: name.map { ObjectKey(namespace: namespace, name: $0) },
      by: by ?? ClusterOptions.environment()["USER"] ?? "a person",
      reason: reason
    )
    var done: [QuarantineRelease.Done] = []
    for source in sources where source.writeBackMode != .none {
      done += try await Self.perform(request, source, access)
    }
    await client.shutdown()
    guard !done.isEmpty else {
      let place = sources.map(\.key.description).sorted().joined(separator: ", ")
      throw CommandFailure(
        .failed,
        "\(image) is not in quarantine: no serin.lock of GitSource \(place) lists it",
        hint: "see serin.lock for the images as they were written"
      )
    }
    return done
  }

  private static func perform(
    _ request: QuarantineRelease,
    _ source: GitSource,
    _ access: GitAccess
  ) async throws(CommandFailure) -> [QuarantineRelease.Done] {
    do {
      let repository = try await access.writer(of: source)
      let target = WriteTarget(source: source, repository: repository)
      let result: Result<[QuarantineRelease.Done], GitError>
      do throws(GitError) {
        result = .success(try await request.perform(on: target, now: SystemClock.now()))
      } catch {
        result = .failure(error)
      }
      await repository.close()
      return try result.get()
    } catch let error as GitError {
      throw CommandFailure(error)
    } catch GitAccessError.cluster(let error) {
      throw CommandFailure(error)
    } catch {
      throw CommandFailure(.failed, "\(error)")
    }
  }

  static func text(_ done: [QuarantineRelease.Done], as format: OutputFormat) -> String {
    let list = JSONValue.array(
      done.map {
        [
          "rollout": .string($0.rollout.description), "commit": .string($0.commit.hex),
          "branch": .string($0.branch),
        ]
      }
    )
    return switch format {
    case .json: list.text(pretty: true)
    case .yaml: String(YAML.emit(list).dropLast())
    case .name: done.map(\.commit.hex).joined(separator: "\n")
    }
  }
}
