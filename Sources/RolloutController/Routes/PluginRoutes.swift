package import Primitives
package import RouteProviders
package import TrafficPlans

/// Router plugins as sources of routes: a process for each question.
///
/// No reconcile waits for a plugin: a change is noted at once as what is wanted and not verified, and the next question
/// brings it about. A newer wish, such as that of an abort, ends the question in hand and comes next; an older one is
/// never asked for again.
package final class PluginRoutes: RouteSource {
  private struct Desk {
    /// What the plugin is to bring about; nil once it has said that it did.
    var wish: JSONValue?
    /// What was last known; nil before the first answer.
    var live: JSONValue?
    /// Questions without an answer, in a row.
    var failures = 0
    /// Ends the question in hand by its end.
    var hand: AsyncStream<Never>.Continuation?
  }

  /// So many failures in a row leave what was observed as it is.
  private static let patience = 2

  private let desks = Locked<[RouteAddress: Desk]>([:])
  private let host: PluginHost
  private let mayWrite: @Sendable () -> Bool

  package init(host: PluginHost, mayWrite: @escaping @Sendable () -> Bool) {
    self.host = host
    self.mayWrite = mayWrite
  }

  package var interval: Duration { .seconds(5) }

  /// Where nothing is waited for, only what somebody else changes can be found.
  package func interval(after object: JSONValue?) -> Duration {
    object == nil || object?["verified"] == false ? interval : .seconds(30)
  }

  package var restInterval: Duration { .seconds(300) }

  package var answersLater: Bool { true }

  package func forget(_ address: RouteAddress) {
    desks.withLock { $0.removeValue(forKey: address)?.hand?.finish() }
  }

  package func perform(_ change: RouteChange) async throws(RouteFailure) -> JSONValue? {
    let address = change.address
    guard case .patch(_, let patch) = change, let wish = PluginRouter.wish(of: change) else {
      throw RouteFailure(.invalid, "\(address) is neither made nor removed")
    }
    let planned = patch.array?.first?["value"]
    let noted = desks.withLock { desks -> JSONValue? in
      guard var desk = desks[address], desk.live?.at("metadata", "resourceVersion") == planned else {
        return nil
      }
      let object = RouterPluginAnswer.unverified(wish)
      (desk.wish, desk.live, desk.failures) = (wish, object, 0)
      desk.hand?.finish()
      desks[address] = desk
      return object
    }
    guard let noted else { throw RouteFailure(.changed, "\(address) is not what it was any more") }
    return noted
  }

  package func read(_ address: RouteAddress) async throws(RouteFailure) -> JSONValue? {
    guard let settings = address.outside?.settings else {
      throw RouteFailure(.invalid, "\(address) is no plugin's")
    }
    while true {
      let (ended, hand) = AsyncStream<Never>.makeStream()
      let wish = begin(address, hand)
      let question = PluginHost.RouterQuestion(settings, wish: wish)
      let answer = await ask(question, until: ended)
      guard !Task.isCancelled else { throw RouteFailure(.unreachable, "\(address) is not asked any more") }
      switch answer {
      case nil: continue
      case .success(let answer): return note(answer.object, wish, address)
      case .failure(let failure):
        guard !failure.isUnlisted else { return nil }
        return try note(failure, wish, address)
      }
    }
  }

  /// What is to be brought about; without the lease, nothing is.
  private func begin(_ address: RouteAddress, _ hand: AsyncStream<Never>.Continuation) -> JSONValue? {
    let isLeader = mayWrite()
    return desks.withLock { desks in
      var desk = desks[address] ?? Desk()
      if !isLeader { desk.wish = nil }
      desk.hand = hand
      desks[address] = desk
      return desk.wish
    }
  }

  /// The answer; nil when the question was ended before it came.
  private func ask(
    _ question: PluginHost.RouterQuestion,
    until ended: AsyncStream<Never>
  ) async -> Result<RouterPluginAnswer, PluginFailure>? {
    await withTaskGroup(of: Result<RouterPluginAnswer, PluginFailure>?.self) { [host] group in
      group.addTask {
        do throws(PluginFailure) {
          return .success(try await host.answer(question))
        } catch {
          return .failure(error)
        }
      }
      group.addTask {
        for await _ in ended {}
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }

  private func note(_ object: JSONValue, _ wish: JSONValue?, _ address: RouteAddress) -> JSONValue {
    desks.withLock { desks in
      // A wish that came after the answer is what counts.
      guard var desk = desks[address], desk.wish == wish else { return }
      (desk.wish, desk.live, desk.failures, desk.hand) = (nil, object, 0, nil)
      desks[address] = desk
    }
    return object
  }

  /// What is known in spite of a failure: what was observed, for a while, and a wish that nobody has confirmed.
  private func note(
    _ failure: PluginFailure,
    _ wish: JSONValue?,
    _ address: RouteAddress
  ) throws(RouteFailure) -> JSONValue {
    let known = desks.withLock { desks -> JSONValue? in
      guard var desk = desks[address], let live = desk.live else { return nil }
      // A wish that came after the failure is what counts.
      guard desk.wish == wish else { return live }
      desk.failures += 1
      let isBorne = wish == nil && failure.isTransient && desk.failures <= Self.patience
      let object = RouterPluginAnswer.unverified(live["state"], trouble: failure.description)
      if !isBorne { desk.live = object }
      desk.hand = nil
      desks[address] = desk
      return desk.live
    }
    guard let known else {
      throw RouteFailure(failure.isTransient ? .unreachable : .invalid, failure.description)
    }
    return known
  }
}
