import ArgumentParser
import GitStore
import KubeClient
import KubeModel
import Primitives

/// `serin history`
struct HistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show what was decided, when, by whom and why, read from Git.",
    discussion: """
      The repository is the one of the rollout's GitSource, read with its credentials; without a name, those of all \
      GitSources of the namespace. With --repo no cluster is asked.
      """
  )

  @OptionGroup var cluster: ClusterOptions

  @Option(name: .long, help: "A repository's address or path, read instead of asking the cluster for it.")
  var repo: String?

  @Option(name: .long, help: "The branch; else the one that the GitSource names, and main for --repo.")
  var branch: String?

  @Option(name: .long, help: "How many decisions to show at most.")
  var limit = 20

  @Option(name: .shortAndLong, help: "json, yaml, or name for the commits alone.")
  var output: OutputFormat?

  @Argument(help: "The rollout, as name or namespace/name; else all.", completion: .objects(.rollouts))
  var name: String?

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
  }

  func run() async throws {
    let folder = try FileAccess.makeTemporaryFolder("serin-history")
    let result: Result<[DecisionRecord], any Error>
    do { result = .success(try await read(mirror: folder)) } catch { result = .failure(error) }
    try FileAccess.removeFolder(folder)
    let records = try result.get()
    if let output { return Terminal.printNow(HistoryTable.text(records, as: output)) }
    guard !records.isEmpty else {
      return Terminal.printError("No decisions found" + (name.map { " about rollout \($0)" } ?? ""))
    }
    for line in HistoryTable.lines(records) { Terminal.printNow(line) }
  }

  private func read(mirror folder: String) async throws -> [DecisionRecord] {
    if let repo {
      let place = try HistoryPlace.at(repo, branch: branch ?? "main", mirror: folder)
      return try await read([place], namespace: cluster.namespace)
    }
    let client = try await cluster.client()
    let place = cluster.place(of: name, client: client)
    let places = try await HistoryPlace.inCluster(
      rollout: place.name,
      namespace: place.namespace,
      branch: branch,
      client: client,
      mirror: folder
    )
    await client.shutdown()
    return try await read(places, namespace: place.namespace)
  }

  private func read(_ places: [HistoryPlace], namespace: String?) async throws(CommandFailure)
    -> [DecisionRecord]
  {
    var lists: [[DecisionRecord]] = []
    let name = name
    for place in places {
      do throws(GitError) {
        lists.append(
          try await DecisionHistory.read(place.repository, branches: place.branches, limit: limit) {
            $0.isAbout(name, namespace: namespace)
          }
        )
      } catch {
        await place.repository.close()
        throw CommandFailure(error)
      }
      await place.repository.close()
    }
    return Array(DecisionHistory.merge(lists).prefix(limit))
  }
}
