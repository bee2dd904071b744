import ArgumentParser
import EmbeddedCluster
import Glibc
import KubeClient
import KubeModel
import Logging
import Primitives

/// `serin demo`
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Watch one release promoted and one rolled back, on an embedded cluster with real processes."
  )

  @Flag(name: .long, help: "Keep everything up afterwards, for kubectl and a browser, until Ctrl-C.")
  var stay = false

  @Option(name: .long, help: "Requests per second that the shop's users send.")
  var rate = 50

  func run() async throws {
    guard (1...1000).contains(rate) else { throw CommandFailure(.usage, "--rate must be between 1 and 1000") }
    signal(SIGPIPE, SIG_IGN)
    let folder = try FileAccess.makeTemporaryFolder("serin-demo")
    let executable = try Self.ownPath()
    let logger = Logger(label: "serin.demo") { _ in LineLogHandler(level: .critical) }
    let pods = PodProcessOptions(imageCommands: ["shop": [executable, "demo-app", "--failing", "v3=0.2"]])
    let stage = try LocalStage(pods: .processes(pods), logger: logger)
    try await stage.run {
      try await play(on: stage, folder: folder, executable: executable)
    }
  }

  private func play(on stage: LocalStage, folder: String, executable: String) async throws {
    let port = await stage.cluster.ready()
    guard let gatewayPort = await stage.gateway.ready() else {
      throw CommandFailure(.failed, "the entry point could not listen")
    }
    let kubeconfig = "\(folder)/kubeconfig"
    try FileAccess.write(stage.cluster.kubeconfigYAML, to: kubeconfig, mode: 0o600)
    let repository = try await ShopRepository.create(in: folder)
    let timeline = Timeline()
    timeline.line(
      "cluster",
      "API at http://127.0.0.1:\(port), users come in at http://127.0.0.1:\(gatewayPort)"
    )
    timeline.line("git", repository.url)
    let users = Users(url: "http://127.0.0.1:\(gatewayPort)/", perSecond: rate)
    let controller = ControllerProcess(
      executable: executable,
      kubeconfig: kubeconfig,
      stateDirectory: "\(folder)/state",
      logFile: "\(folder)/controller.log"
    )
    let story = DemoStory(
      repository: repository,
      manifests: ShopManifests(repositoryURL: repository.url, gatewayPort: gatewayPort),
      store: stage.cluster.store,
      client: try await client(kubeconfig),
      users: users,
      timeline: timeline
    )
    let process = Locked<Int32>(0)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await controller.run { id in process.withLock { $0 = id } } }
      group.addTask { try await timeline.follow(stage.cluster.store) }
      group.addTask { await story.visit() }
      group.addTask {
        do {
          try await story.play()
        } catch let failure as CommandFailure {
          showUsers(story)
          throw CommandFailure(failure.code, failure.message, hint: "see \(folder)/controller.log")
        }
        try await summary(story, memory: ControllerProcess.memory(of: process.withLock { $0 }))
        if stay { try await linger(folder: folder, gatewayPort: gatewayPort) }
        throw Finished()
      }
      defer { group.cancelAll() }
      do { while try await group.next() != nil {} } catch is Finished {}
    }
  }

  private struct Finished: Error {}

  private func client(_ kubeconfig: String) async throws -> KubeClient {
    KubeClient(
      configuration: try await onCluster { () async throws(KubeError) in
        try await KubeConfiguration.load(path: kubeconfig, context: nil, environment: [:])
      }
    )
  }

  private func summary(_ story: DemoStory, memory: (now: Int, peak: Int)?) async throws {
    story.timeline.heading("What Git says")
    Terminal.printNow(try await story.repository.logWithFiles())
    let share = showUsers(story)
    if let memory { Terminal.printNow("controller: \(memory.peak >> 20) MB resident at most") }
    Terminal.printNow("took \(Int(story.timeline.elapsed.inSeconds.rounded())) s")
    guard share < 0.02 else {
      throw CommandFailure(.failed, "2 % or more of the users' requests failed")
    }
  }

  /// Prints what users saw and answers the share of failed requests; without requests everything failed.
  @discardableResult
  private func showUsers(_ story: DemoStory) -> Double {
    let seen = story.users.seen
    let share = seen.requests == 0 ? 1 : Double(seen.failures) / Double(seen.requests)
    let hundredths = Int((share * 10_000).rounded())
    let percent = "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10) %"
    story.timeline.heading("What users saw")
    Terminal.printNow("\(seen.requests) requests, \(seen.failures) failed: \(percent)")
    for (answer, count) in seen.answers.sorted(by: { $0.key < $1.key }) {
      Terminal.printNow("  \(answer): \(count)")
    }
    return share
  }

  private func linger(folder: String, gatewayPort: Int) async throws {
    Terminal.printNow(
      """

      Everything stays up until Ctrl-C.
        export KUBECONFIG=\(folder)/kubeconfig
        kubectl -n shop get rollouts,replicasets,pods
        serin get rollout web -n shop
        curl http://127.0.0.1:\(gatewayPort)/
        git clone \(folder)/shop.git && tail -f \(folder)/controller.log
      """
    )
    try await Task.sleep(for: .seconds(1_000_000))
  }

  /// The path of this binary.
  private static func ownPath() throws(CommandFailure) -> String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else {
      throw CommandFailure(.failed, "finding this program's own path in /proc/self/exe")
    }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension DemoStory {
  func play() async throws {
    try await firstDeployment()
    try await goodRelease()
    try await badRelease()
  }

  /// Users come when the shop is open: both services have an address that is ready.
  func visit() async {
    while !["web-stable", "web-canary"].allSatisfy({ hasReadyAddress($0) }) {
      do { try await Task.sleep(for: .milliseconds(100)) } catch { return }
    }
    await users.run()
  }

  private func hasReadyAddress(_ service: String) -> Bool {
    store.list(.endpointSlices, namespace: "shop").items.contains { slice in
      slice.labels["kubernetes.io/service-name"] == service
        && (slice["endpoints"]?.array ?? []).contains { $0.at("conditions", "ready")?.bool == true }
    }
  }
}
