package import KubeClient
package import Primitives

/// Keeps a copy of a collection by listing it in pages and then watching it: the rule without the doing.
///
/// Every method is told what happened and answers what to do next; a performer does just that. Time and the seed of the
/// jitter are passed in.
package struct WatchMachine: Sendable {
  /// What to do next, and which method reports its outcome.
  package enum Action: Sendable, Equatable {
    /// Ask for a page; an empty token for the first. Report ``pageArrived(_:)`` or ``listFailed(_:)``.
    case list(continueToken: String)
    /// Make this list the whole content. Report ``replaced()``.
    case replace(KubeList)
    /// Open a watch. Report ``watchOpened(at:)`` or ``watchFailed(_:at:)``.
    case watch(resourceVersion: String)
    /// Take this event in, and read the next one. Report ``eventArrived(_:)``, ``watchEnded(at:)`` or
    /// ``watchFailed(_:at:)``.
    case store(WatchEvent)
    /// Read the next event of the open watch; reports as for `store`.
    case read
    /// Leave any open watch, and wait. Report ``waited()``.
    case wait(Duration)
  }

  private enum State: Sendable {
    /// Pages are being collected. Next: listing (the next page, or from the start when the token expired), replacing,
    /// waiting.
    case listing(items: [JSONValue])
    /// The whole list goes to the store. Next: opening.
    case replacing(resourceVersion: String)
    /// A watch from this version is being opened. Next: watching, waiting, listing.
    case opening(resourceVersion: String)
    /// Events arrive; `since` is when the watch was opened. Next: opening (it ended), waiting, listing (410).
    case watching(resourceVersion: String, since: Instant, isProductive: Bool)
    /// Backing off before the list starts over. Next: listing.
    case waitingToList
    /// Backing off before a watch from this version. Next: opening.
    case waitingToWatch(resourceVersion: String)
  }

  private let backoff: Backoff
  private var random: SeededRandom
  private var state = State.listing(items: [])
  /// Failures since an event last arrived or a watch last lived long; decides the backoff.
  private var failures = 0

  /// A watch that lived this long was no failure, even when nothing happened in it.
  package static let longLife = Duration.seconds(10)

  package init(backoff: Backoff = Backoff(base: .milliseconds(200), limit: .seconds(30)), seed: UInt64) {
    self.backoff = backoff
    random = SeededRandom(seed: seed)
  }

  /// The first thing to do.
  package mutating func start() -> Action {
    state = .listing(items: [])
    return .list(continueToken: "")
  }

  /// A page arrived.
  package mutating func pageArrived(_ page: KubePage) -> Action {
    guard case .listing(var items) = state else { return unexpected("a page") }
    state = .listing(items: [])  // Keeps the array uniquely referenced.
    items += page.items
    guard page.continueToken.isEmpty else {
      state = .listing(items: items)
      return .list(continueToken: page.continueToken)
    }
    state = .replacing(resourceVersion: page.resourceVersion)
    return .replace(KubeList(items: items, resourceVersion: page.resourceVersion))
  }

  /// A page could not be had. An expired token starts the list over, at once the first time.
  package mutating func listFailed(_ error: KubeError) -> Action {
    guard case .listing = state else { return unexpected("a failed list") }
    return relist(isImmediate: error.code == .gone, atLeast: error.retryAfter)
  }

  /// The store holds the list.
  package mutating func replaced() -> Action {
    guard case .replacing(let version) = state else { return unexpected("a stored list") }
    state = .opening(resourceVersion: version)
    return .watch(resourceVersion: version)
  }

  /// The server answered and will send events.
  package mutating func watchOpened(at now: Instant) -> Action {
    guard case .opening(let version) = state else { return unexpected("an open watch") }
    state = .watching(resourceVersion: version, since: now, isProductive: false)
    return .read
  }

  /// An event arrived on the open watch.
  package mutating func eventArrived(_ event: WatchEvent) -> Action {
    guard case .watching(let version, let since, _) = state else { return unexpected("an event") }
    if case .error(let status) = event {
      let error = KubeError(attempt: "watch", status: status)
      if error.code == .gone { return relist(isImmediate: true) }
      return rewatch(from: version)
    }
    failures = 0
    let reached = event.resourceVersion.flatMap { $0.isEmpty ? nil : $0 } ?? version
    state = .watching(resourceVersion: reached, since: since, isProductive: true)
    if case .bookmark = event { return .read }
    return .store(event)
  }

  /// The server ended the watch properly, as it does every few minutes.
  package mutating func watchEnded(at now: Instant) -> Action {
    guard case .watching(let version, let since, let isProductive) = state else {
      return unexpected("the end of a watch")
    }
    guard isProductive || now - since >= Self.longLife else { return rewatch(from: version) }
    failures = 0
    state = .opening(resourceVersion: version)
    return .watch(resourceVersion: version)
  }

  /// The watch could not be opened, or broke.
  ///
  /// One that could not be opened is followed by a list: the server may have been restarted with other data. One that
  /// broke goes on from where it was.
  package mutating func watchFailed(_ error: KubeError, at now: Instant) -> Action {
    switch state {
    case .opening: return relist(isImmediate: error.code == .gone, atLeast: error.retryAfter)
    case .watching(let version, let since, _):
      if error.code == .gone { return relist(isImmediate: true) }
      if now - since >= Self.longLife { failures = 0 }
      return rewatch(from: version)
    default: return unexpected("a failed watch")
    }
  }

  /// The wait is over.
  package mutating func waited() -> Action {
    switch state {
    case .waitingToList: return start()
    case .waitingToWatch(let version):
      state = .opening(resourceVersion: version)
      return .watch(resourceVersion: version)
    default: return unexpected("the end of a wait")
    }
  }

  /// Starts over, after a wait unless this is the first failure in a row and may be immediate: a server that answers 410
  /// to each new watch must not be listed in a loop.
  private mutating func relist(isImmediate: Bool, atLeast: Duration? = nil) -> Action {
    if isImmediate, failures == 0 {
      failures = 1
      return start()
    }
    state = .waitingToList
    return .wait(max(nextDelay(), atLeast ?? .zero))
  }

  private mutating func rewatch(from version: String) -> Action {
    state = .waitingToWatch(resourceVersion: version)
    return .wait(nextDelay())
  }

  private mutating func nextDelay() -> Duration {
    defer { failures += 1 }
    return backoff.delay(attempt: failures, using: &random)
  }

  private func unexpected(_ report: String) -> Action {
    preconditionFailure("\(report) was reported to a watch machine that is \(state)")
  }
}
