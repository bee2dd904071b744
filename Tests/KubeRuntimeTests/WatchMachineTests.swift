import KubeClient
import KubeModel
import KubeRuntime
import Primitives
import Testing

@Suite struct WatchMachineTests {
  private let start = Instant(secondsSinceEpoch: 1000)
  private let backoff = Backoff(base: .seconds(1), limit: .seconds(8), jitter: 0)
  private let refused = KubeError(.unreachable, "refused")
  private let gone = KubeError(.gone, "too old")

  private func object(_ name: String, _ version: Int) -> JSONValue {
    ["metadata": ["name": .string(name), "resourceVersion": .string("\(version)")]]
  }

  private func machine() -> WatchMachine { WatchMachine(backoff: backoff, seed: 1) }

  /// A machine whose watch from version 10 is open.
  private func watching() -> WatchMachine {
    var machine = machine()
    _ = machine.start()
    _ = machine.pageArrived(KubePage(items: [], resourceVersion: "10"))
    _ = machine.replaced()
    _ = machine.watchOpened(at: start)
    return machine
  }

  private let expired = WatchEvent.error(KubeStatus(code: 410, reason: "Expired", message: "too old"))
  private let broken = WatchEvent.error(KubeStatus(code: 500, reason: "", message: "etcd is away"))

  @Test func listsPagesThenStoresThemThenWatches() {
    var machine = machine()
    #expect(machine.start() == .list(continueToken: ""))
    let first = KubePage(items: [object("a", 1)], resourceVersion: "9", continueToken: "t")
    #expect(machine.pageArrived(first) == .list(continueToken: "t"))
    let last = KubePage(items: [object("b", 2)], resourceVersion: "10")
    let list = KubeList(items: [object("a", 1), object("b", 2)], resourceVersion: "10")
    #expect(machine.pageArrived(last) == .replace(list))
    #expect(machine.replaced() == .watch(resourceVersion: "10"))
    #expect(machine.watchOpened(at: start) == .read)
    let event = WatchEvent.added(object("c", 11))
    #expect(machine.eventArrived(event) == .store(event))
    #expect(machine.watchEnded(at: start) == .watch(resourceVersion: "11"))
  }

  @Test func resumesFromABookmark() {
    var machine = watching()
    #expect(machine.eventArrived(.bookmark(resourceVersion: "50", endsInitialEvents: false)) == .read)
    #expect(machine.watchEnded(at: start) == .watch(resourceVersion: "50"))
  }

  @Test func startsTheListOverWhenItsTokenExpires() {
    var machine = machine()
    _ = machine.start()
    _ = machine.pageArrived(KubePage(items: [object("a", 1)], resourceVersion: "9", continueToken: "t"))
    #expect(machine.listFailed(gone) == .list(continueToken: ""))
    let page = KubePage(items: [object("b", 2)], resourceVersion: "12")
    #expect(machine.pageArrived(page) == .replace(KubeList(items: [object("b", 2)], resourceVersion: "12")))
  }

  @Test func backsOffWhileTheListFails() {
    var machine = machine()
    _ = machine.start()
    for seconds in [1, 2, 4, 8, 8] {
      #expect(machine.listFailed(refused) == .wait(.seconds(seconds)))
      #expect(machine.waited() == .list(continueToken: ""))
    }
    let busy = KubeError(.tooManyRequests, "busy", retryAfter: .seconds(60))
    #expect(machine.listFailed(busy) == .wait(.seconds(60)))
  }

  @Test func listsAtOnceWhenTheVersionIsTooOldAndThenBacksOff() {
    var machine = watching()
    #expect(machine.eventArrived(expired) == .list(continueToken: ""))
    for seconds in [2, 4, 8] {
      _ = machine.pageArrived(KubePage(items: [], resourceVersion: "20"))
      _ = machine.replaced()
      #expect(machine.watchFailed(gone, at: start) == .wait(.seconds(seconds)))
      #expect(machine.waited() == .list(continueToken: ""))
    }
  }

  @Test func forgetsItsFailuresWhenAnEventArrives() {
    var machine = watching()
    _ = machine.eventArrived(expired)
    _ = machine.pageArrived(KubePage(items: [], resourceVersion: "20"))
    _ = machine.replaced()
    _ = machine.watchOpened(at: start)
    _ = machine.eventArrived(.added(object("a", 21)))
    #expect(machine.eventArrived(expired) == .list(continueToken: ""))
  }

  @Test func resumesABrokenWatchFromWhereItWas() {
    var machine = watching()
    _ = machine.eventArrived(.modified(object("a", 15)))
    #expect(machine.watchFailed(refused, at: start) == .wait(.seconds(1)))
    #expect(machine.waited() == .watch(resourceVersion: "15"))
    _ = machine.watchOpened(at: start)
    #expect(machine.eventArrived(broken) == .wait(.seconds(2)))
    #expect(machine.waited() == .watch(resourceVersion: "15"))
  }

  @Test func listsAgainWhenAWatchCannotBeOpened() {
    var machine = watching()
    _ = machine.eventArrived(.modified(object("a", 15)))
    #expect(machine.watchEnded(at: start) == .watch(resourceVersion: "15"))
    #expect(machine.watchFailed(refused, at: start) == .wait(.seconds(1)))
    #expect(machine.waited() == .list(continueToken: ""))
  }

  @Test func backsOffFromAServerThatEndsEveryWatchAtOnce() {
    var machine = watching()
    for seconds in [1, 2, 4] {
      #expect(machine.watchEnded(at: start + .milliseconds(5)) == .wait(.seconds(seconds)))
      #expect(machine.waited() == .watch(resourceVersion: "10"))
      _ = machine.watchOpened(at: start)
    }
    #expect(machine.watchEnded(at: start + WatchMachine.longLife) == .watch(resourceVersion: "10"))
  }

  /// A server with a history of versions, whose old part may be forgotten.
  private struct Server {
    var objects: [String: Int] = [:]
    var history: [(version: Int, event: WatchEvent)] = []
    var version = 1
    var oldest = 1

    mutating func change(using random: inout SeededRandom) {
      version += 1
      let name = "o\(Int.random(in: 0..<6, using: &random))"
      let body: JSONValue = ["metadata": ["name": .string(name), "resourceVersion": .string("\(version)")]]
      if objects[name] != nil, Bool.random(using: &random) {
        objects[name] = nil
        history.append((version, .deleted(body)))
      } else {
        history.append((version, objects[name] == nil ? .added(body) : .modified(body)))
        objects[name] = version
      }
    }
  }

  @Test func endsWithTheServersStateInRandomHistories() {
    for seed in 0..<100 as Range<UInt64> { runHistory(seed: seed) }
  }

  private func runHistory(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var server = Server()
    var copy: [String: Int] = [:]
    var machine = WatchMachine(backoff: backoff, seed: seed)
    var now = start
    var action = machine.start()
    var position = 0
    for step in 0..<900 {
      // Troubles end after a while; then the copy must catch up.
      let isCalm = step > 400
      if !isCalm, Int.random(in: 0..<4, using: &random) == 0 { server.change(using: &random) }
      if !isCalm, Int.random(in: 0..<40, using: &random) == 0 { server.oldest = server.version }
      let fails = !isCalm && Int.random(in: 0..<5, using: &random) == 0
      switch action {
      case .list:
        let items = server.objects.sorted { $0.key < $1.key }.map { object($0.key, $0.value) }
        action =
          fails
          ? machine.listFailed(refused)
          : machine.pageArrived(KubePage(items: items, resourceVersion: "\(server.version)"))
      case .replace(let list):
        copy = Dictionary(list.items.map { ($0.name, Int($0.resourceVersion) ?? 0) }) { $1 }
        action = machine.replaced()
      case .watch(let version):
        position = Int(version) ?? 0
        if position < server.oldest {
          action = machine.watchFailed(gone, at: now)
        } else {
          action = fails ? machine.watchFailed(refused, at: now) : machine.watchOpened(at: now)
        }
      case .store(let event):
        switch event {
        case .added(let object), .modified(let object): copy[object.name] = Int(object.resourceVersion)
        case .deleted(let object): copy[object.name] = nil
        default: break
        }
        action = read(&machine, server, &position, fails, now)
      case .read: action = read(&machine, server, &position, fails, now)
      case .wait(let duration):
        #expect(duration <= .seconds(8))
        now = now + duration
        action = machine.waited()
      }
      now = now + .milliseconds(100)
    }
    #expect(copy == server.objects, "seed \(seed)")
  }

  private func read(
    _ machine: inout WatchMachine,
    _ server: Server,
    _ position: inout Int,
    _ fails: Bool,
    _ now: Instant
  ) -> WatchMachine.Action {
    if fails { return machine.watchFailed(refused, at: now) }
    if position < server.oldest { return machine.eventArrived(expired) }
    guard let next = server.history.first(where: { $0.version > position }) else {
      return machine.watchEnded(at: now + .seconds(60))
    }
    position = next.version
    return machine.eventArrived(next.event)
  }
}
