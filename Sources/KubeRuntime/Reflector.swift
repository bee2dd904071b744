package import KubeClient
package import KubeModel
package import Logging
package import Primitives
import ServiceLifecycle

/// Keeps a ``Store`` like the server's collection, until shutdown; it performs what a ``WatchMachine`` decides.
package struct Reflector: Service {
  private let client: KubeClient
  private let store: Store
  private let type: ResourceType
  private let scope: ListScope
  private let pageLimit: Int
  private let watchTimeout: Duration
  private let isOptional: Bool
  private let mayBeForbidden: Bool
  private let backoff: Backoff
  private let seed: UInt64
  private let now: @Sendable () -> Instant
  private let logger: Logger

  /// A reflector of the store's kind, in the scope; `type` is the kind in another version, as the server has it.
  ///
  /// When the kind is optional and the server does not serve it, the store becomes ready and empty, with `isServed`
  /// false, and the reflector keeps looking for the kind. A kind that may be forbidden is as good as not served while
  /// the server forbids it.
  package init(
    client: KubeClient,
    store: Store,
    type: ResourceType? = nil,
    scope: ListScope = ListScope(),
    pageLimit: Int = 500,
    watchTimeout: Duration = .seconds(300),
    isOptional: Bool = false,
    mayBeForbidden: Bool = false,
    backoff: Backoff = Backoff(base: .milliseconds(200), limit: .seconds(30)),
    seed: UInt64 = 1,
    now: @escaping @Sendable () -> Instant = SystemClock.now,
    logger: Logger
  ) {
    self.client = client
    self.store = store
    self.type = type ?? store.type
    self.scope = scope
    self.pageLimit = pageLimit
    self.watchTimeout = watchTimeout
    self.isOptional = isOptional
    self.mayBeForbidden = mayBeForbidden
    self.backoff = backoff
    self.seed = seed
    self.now = now
    self.logger = logger
  }

  /// Lists and watches until graceful shutdown or cancellation; every failure is retried.
  package func run() async throws {
    await cancelWhenGracefulShutdown { await follow() }
  }

  private func follow() async {
    var machine = WatchMachine(backoff: backoff, seed: seed)
    var action = machine.start()
    while !Task.isCancelled {
      switch action {
      case .list(let token): action = await list(token, &machine)
      case .replace(let list):
        store.replace(with: list.items, version: list.resourceVersion)
        action = machine.replaced()
      case .watch(let version): action = await watch(from: version, &machine)
      case .wait(let duration):
        // A cancelled sleep ends the loop above.
        do { try await Task.sleep(for: duration) } catch { return }
        action = machine.waited()
      case .read, .store: preconditionFailure("an event without an open watch")
      }
    }
  }

  private func list(_ token: String, _ machine: inout WatchMachine) async -> WatchMachine.Action {
    do throws(KubeError) {
      let page = try await client.page(type, scope: scope, limit: pageLimit, continueToken: token)
      return machine.pageArrived(page)
    } catch {
      if isExpected(error), error.code != .gone { store.replace(with: [], isServed: false) }
      report(error)
      return machine.listFailed(error)
    }
  }

  /// Reads one watch to its end; answers what comes after it.
  private func watch(from version: String, _ machine: inout WatchMachine) async -> WatchMachine.Action {
    do throws(KubeError) {
      let stream = try await client.watch(
        type,
        scope: scope,
        resourceVersion: version,
        timeout: watchTimeout
      )
      var action = machine.watchOpened(at: now())
      var events = stream.makeAsyncIterator()
      while true {
        switch action {
        case .read: break
        case .store(let event): store.apply(event)
        default: return action
        }
        guard let event = try await events.next() else { return machine.watchEnded(at: now()) }
        action = machine.eventArrived(event)
      }
    } catch {
      report(error)
      return machine.watchFailed(error, at: now())
    }
  }

  private func report(_ error: KubeError) {
    guard error.code != .cancelled, !Task.isCancelled else { return }
    let level: Logger.Level = isExpected(error) ? .debug : .warning
    logger.log(level: level, "\(error.message)", metadata: ["kind": "\(type)"])
  }

  private func isExpected(_ error: KubeError) -> Bool {
    switch error.code {
    case .gone: true
    case .notFound: isOptional
    case .forbidden: mayBeForbidden
    default: false
    }
  }
}
