import Glibc
import KubeClient
import KubeModel
import Logging
import Primitives
import RouteProviders
import Testing
import TrafficPlans

@testable import RolloutController

/// Router plugins as real processes: what they bring about, and what becomes of those that misbehave.
@Suite(.timeLimit(.minutes(2))) struct PluginRoutesTests {
  private static let example =
    #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/examples/plugins/router.py"

  /// A folder with a plugin, for one test.
  private final class World: Sendable {
    let folder: String
    let routes: PluginRoutes
    let mayWrite = Locked(true)
    private let listed: Locked<String>

    /// The plugin is a shell script, or the program at the path.
    init(script: String? = nil, path: String = "", more: String = "") throws {
      var template = Array("/tmp/serin-router-XXXXXX".utf8CString)
      try #require(mkdtemp(&template) != nil)
      let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      self.folder = folder
      let program = script == nil ? path : "\(folder)/plugin"
      let line = "- {name: acme/balancer, location: 'file://\(program)', args: ['\(folder)']\(more)}"
      let listed = Locked(line)
      self.listed = listed
      let now = Instant(secondsSinceEpoch: 1_800_000_000)
      let host = PluginHost(namespace: "serin", now: { now }, logger: Logger(label: "plugins")) {
        () async throws(KubeError) in
        ["trafficRouterPlugins": listed.withLock { $0 }]
      }
      routes = PluginRoutes(host: host, mayWrite: { [mayWrite] in mayWrite.withLock { $0 } })
      if let script { try write(script) }
    }

    deinit {
      let names = ["plugin", "asked", "shop.web.map", "shop.web.map.loaded", "gate"]
      for name in names { unlink("\(folder)/\(name)") }
      rmdir(folder)
    }

    func write(_ script: String) throws { try write("#!/bin/sh\n\(script)\n", to: "plugin", mode: 0o755) }

    func write(_ text: String, to name: String, mode: mode_t = 0o644) throws {
      let descriptor = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
      try #require(descriptor >= 0)
      defer { close(descriptor) }
      let bytes = Array(text.utf8)
      #expect(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
    }

    func text(_ name: String) -> String? {
      guard let file = fopen("\(folder)/\(name)", "r") else { return nil }
      defer { fclose(file) }
      var buffer = [UInt8](repeating: 0, count: 65_536)
      return String(decoding: buffer[..<fread(&buffer, 1, buffer.count, file)], as: UTF8.self)
    }

    func unlist() { listed.withLock { $0 = "[]" } }
  }

  private static let router = PluginRouter(
    "acme/balancer",
    config: [:],
    rollout: ObjectKey(namespace: "shop", name: "web")
  )

  private static func weights(_ canary: Int) -> TrafficWeights {
    TrafficWeights(canaryService: "web-canary", stableService: "web-stable", canary: canary)
  }

  /// Notes a wish as the planner does, from what is known.
  private static func wish(_ canary: Int, _ live: JSONValue?, _ world: World) async throws -> JSONValue {
    let object = try #require(live)
    guard case .changes(let changes) = router.plan(weights(canary), [router.address: object]) else {
      throw RouteFailure(.invalid, "no plan for \(object)")
    }
    let change = try #require(changes.first, "nothing differs from \(object)")
    return try #require(try await world.routes.perform(change))
  }

  private static func sees(_ canary: Int, _ live: JSONValue?) -> Bool {
    live.map { router.canaryWeight(weights(0), [router.address: $0]) } == canary
  }

  // MARK: - The example

  @Test func theExampleWritesAMapAndReadsItBack() async throws {
    let world = try World(path: Self.example)
    let address = Self.router.address
    let nothing = try #require(try await world.routes.read(address))
    #expect(nothing["state"] == .null)
    var live = try await Self.wish(0, nothing, world)
    #expect(live["verified"] == false && world.text("shop.web.map") == nil, "a wish is not asked for at once")
    live = try #require(try await world.routes.read(address))
    let atRest = "# shop/web\nweb-canary 0\nweb-stable 100\n"
    #expect(world.text("shop.web.map") == atRest)
    #expect(live["verified"] == nil, "nobody says that the map is loaded")
    #expect(Self.router.plan(Self.weights(0), [address: live]) == .unchanged)
    #expect(world.routes.interval(after: live) == .seconds(30))

    try world.write(atRest, to: "shop.web.map.loaded")
    _ = try await Self.wish(20, live, world)
    live = try #require(try await world.routes.read(address))
    #expect(Self.sees(20, live) && live["verified"] == false)
    #expect(world.routes.interval(after: live) == .seconds(5))
    try world.write(try #require(world.text("shop.web.map")), to: "shop.web.map.loaded")
    live = try #require(try await world.routes.read(address))
    #expect(live["verified"] == true)
    _ = try await Self.wish(0, live, world)
    _ = try await world.routes.read(address)
    #expect(world.text("shop.web.map") == atRest)
  }

  @Test func theExampleLeavesTheMapsOfOthersAlone() async throws {
    let world = try World(path: Self.example)
    try world.write("# shop/api\napi 100\n", to: "shop.web.map")
    let says = "router plugin acme/balancer: ValueError: \(world.folder)/shop.web.map belongs to shop/api"
    await #expect(throws: RouteFailure(.invalid, says)) { try await world.routes.read(Self.router.address) }
  }

  // MARK: - Misbehaviour

  static let bad: [(script: String, says: String)] = [
    ("exit 7", "it ended with exited(7)"), ("kill -9 $$", "it ended with"), ("true", "it printed nothing"),
    ("echo hello", "its answer is no JSON object: hello"), ("yes", "it printed more than 1048576 bytes"),
    (#"echo '{"version":2,"state":null}'"#, "its answer has version 2, and this is version 1"),
    (#"echo '{"version":1,"error":"no balancer"}'"#, "no balancer"),
    (#"echo '{"version":1}'"#, "its answer has no state"),
    (#"echo '{"version":1,"state":7}'"#, "its state is no object"),
    (#"echo '{"version":1,"state":{}}'"#, "its state has no list of destinations"),
    (#"echo '{"version":1,"state":null,"verified":"yes"}'"#, "its verified is neither true nor false"),
    (#"echo '{"version":1,"state":null,"lingerSeconds":-1}'"#, "its lingerSeconds is not 0 to 604800"),
    ("sleep 300 & sleep 300", "it did not answer within 3s"),
  ]

  @Test(arguments: bad)
  func whatIsNoAnswerIsSaidAndNothingIsKnown(script: String, says: String) async throws {
    let world = try World(script: script, more: Self.deadline(script))
    do throws(RouteFailure) {
      let read = try await world.routes.read(Self.router.address)
      Issue.record("\(String(describing: read))")
    } catch {
      #expect(error.description.hasPrefix("router plugin acme/balancer: \(says)"), "\(error)")
      #expect(!error.description.contains("\n"))
    }
  }

  /// Only what never answers need not have time for one.
  private static func deadline(_ script: String) -> String {
    ", timeoutSeconds: \(script.hasPrefix("sleep") ? 3 : 60)"
  }

  private static let nothing = #"echo '{"version":1,"state":null}'"#

  @Test(arguments: bad + [(nothing, "its state is not the one that was asked for")])
  func aWishThatNobodyConfirmsIsNeverVerified(script: String, says: String) async throws {
    let world = try World(script: Self.nothing, more: Self.deadline(script))
    let address = Self.router.address
    _ = try await Self.wish(20, try await world.routes.read(address), world)
    try world.write(script)
    for (weight, next) in [(20, 0), (0, 20)] {
      let live = try #require(try await world.routes.read(address))
      #expect(live["verified"] == false)
      let trouble = live["trouble"]?.string ?? ""
      // What is no state at all stays so for every question; another one is seen only where a state is wanted.
      let isSaid = trouble.hasPrefix("router plugin acme/balancer: \(says)")
      #expect(isSaid || trouble.hasSuffix("its state is not the one that was asked for"), "\(trouble)")
      // The same wish is not planned again, and another one is.
      #expect(Self.router.plan(Self.weights(weight), [address: live]) == .unchanged)
      #expect(Self.router.proof(Self.weights(weight), [address: live]) == .lagging(nil))
      _ = try await Self.wish(next, live, world)
    }
  }

  /// Answers with the wish, once there is a file `gate`.
  private static let slow = #"""
    read -r line
    echo "$line" >> "$1/asked"
    case "$line" in *'"verb":"observe"'*) echo '{"version":1,"state":null}'; exit;; esac
    case "$line" in *'"weight":40'*) while [ ! -e "$1/gate" ]; do sleep 0.05; done;; esac
    state=$(printf '%s' "$line" | sed 's/.*"state":\(.*\),"verb".*/\1/')
    printf '{"version":1,"state":%s,"verified":true}' "$state"
    """#

  @Test func anAbortEndsTheQuestionInHandAndComesNext() async throws {
    let world = try World(script: Self.slow)
    let address = Self.router.address
    let live = try await Self.wish(40, try await world.routes.read(address), world)
    async let answer = world.routes.read(address)
    while world.text("asked")?.contains("\"weight\":40") != true {
      try await Task.sleep(for: .milliseconds(10))
    }
    _ = try await Self.wish(0, live, world)
    let object = try #require(try await answer)
    #expect(Self.sees(0, object) && object["verified"] == true)
    let asked = try #require(world.text("asked")).split(separator: "\n")
    #expect(asked.count == 3, "\(asked)")
    try world.write("", to: "gate")
    #expect(try await world.routes.read(address)?["state"] == .null)
    #expect(world.text("asked")?.split(separator: "\n").last?.contains("\"verb\":\"observe\"") == true)
  }

  @Test func theQuestionSaysAllThatIsKnown() async throws {
    let world = try World(script: Self.slow)
    _ = try await Self.wish(20, try await world.routes.read(Self.router.address), world)
    _ = try await world.routes.read(Self.router.address)
    let lines = (world.text("asked") ?? "").split(separator: "\n")
    let asked = try lines.map { try JSONValue(parsing: Array($0.utf8)) }
    let frame: JSONValue = [
      "version": 1, "plugin": "acme/balancer", "kind": "router", "deadlineSeconds": 30, "config": [:],
      "rollout": ["namespace": "shop", "name": "web"],
    ]
    #expect(asked.count == 2)
    #expect(asked.first == MergePatch.apply(["verb": "observe"], to: frame))
    let state: JSONValue = [
      "total": 100, "routes": [],
      "destinations": [
        ["role": "canary", "service": "web-canary", "weight": 20],
        ["role": "stable", "service": "web-stable", "weight": 80],
      ],
    ]
    #expect(asked.last == MergePatch.apply(["verb": "apply", "state": state], to: frame))
  }

  @Test func withoutTheLeaseNothingIsAskedForButLooks() async throws {
    let world = try World(script: Self.slow)
    _ = try await Self.wish(20, try await world.routes.read(Self.router.address), world)
    world.mayWrite.withLock { $0 = false }
    #expect(try await world.routes.read(Self.router.address)?["state"] == .null)
    world.mayWrite.withLock { $0 = true }
    #expect(try await world.routes.read(Self.router.address)?["state"] == .null)
    #expect(world.text("asked")?.contains("apply") == false)
  }

  @Test func whatWasObservedIsBelievedForAWhile() async throws {
    let world = try World(script: Self.slow)
    let address = Self.router.address
    _ = try await Self.wish(20, try await world.routes.read(address), world)
    let applied = try #require(try await world.routes.read(address))
    try world.write("exit 1")
    for _ in 0..<2 { #expect(try await world.routes.read(address) == applied) }
    let doubted = try #require(try await world.routes.read(address))
    #expect(doubted["verified"] == false && Self.sees(20, doubted))
    #expect(doubted["trouble"] == "router plugin acme/balancer: it ended with exited(1)")
  }

  @Test func aWishFromAnotherStateIsRefusedAndAForgottenOneIsGone() async throws {
    let world = try World(script: Self.slow)
    let address = Self.router.address
    let nothing = try #require(try await world.routes.read(address))
    _ = try await Self.wish(20, nothing, world)
    let says = "\(address) is not what it was any more"
    await #expect(throws: RouteFailure(.changed, says)) { try await Self.wish(30, nothing, world) }
    world.routes.forget(address)
    #expect(try await world.routes.read(address)?["state"] == .null)
    #expect(world.text("asked")?.contains("apply") == false)
  }

  @Test func oneThatIsNotListedIsNotThereAndADisabledOneIsAnError() async throws {
    let world = try World(script: Self.slow)
    world.unlist()
    #expect(try await world.routes.read(Self.router.address) == nil)
    let disabled = try World(script: Self.slow, more: ", disabled: true")
    let says = "router plugin acme/balancer: argo-rollouts-config disables it"
    await #expect(throws: RouteFailure(.invalid, says)) {
      try await disabled.routes.read(Self.router.address)
    }
  }
}
