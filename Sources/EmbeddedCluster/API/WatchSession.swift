import Primitives

/// A watch under way: lines to write, one after the other.
///
/// It ends when its time is up, when it is stopped, when its client falls behind, or when the server stops.
package struct WatchSession {
  private let plan: WatchPlan
  private var first: ArraySlice<[UInt8]>
  private var iterator: AsyncStream<WatchPlan.Signal>.Iterator
  private let continuation: AsyncStream<WatchPlan.Signal>.Continuation

  /// How often a quiet watch tells its version.
  static let bookmarkInterval = Duration.seconds(60)

  init(
    plan: WatchPlan,
    first: [[UInt8]],
    stream: AsyncStream<WatchPlan.Signal>,
    continuation: AsyncStream<WatchPlan.Signal>.Continuation
  ) {
    self.plan = plan
    self.first = first[...]
    iterator = stream.makeAsyncIterator()
    self.continuation = continuation
  }

  /// The next line; nil when the watch is over.
  package mutating func next() async -> [UInt8]? {
    if let line = first.popFirst() { return line }
    while let signal = await iterator.next(isolation: #isolation) {
      switch signal {
      case .event(let event):
        if let line = plan.line(for: event) { return line }
      case .bookmark(let version): return plan.bookmark(version, endsInitialEvents: false)
      }
    }
    return nil
  }

  /// Ends the watch from outside.
  package var stop: @Sendable () -> Void {
    let continuation = continuation
    return { continuation.finish() }
  }

  /// Sends bookmarks now and then and ends the watch when its time is up; runs beside the reader.
  var keepTime: @Sendable () async -> Void {
    let (plan, continuation) = (plan, continuation)
    return {
      let end = ContinuousClock.now + plan.options.timeout
      while ContinuousClock.now < end {
        do {
          try await Task.sleep(for: min(Self.bookmarkInterval, end - ContinuousClock.now))
        } catch {
          return
        }
        if plan.options.allowsBookmarks, ContinuousClock.now < end {
          continuation.yield(.bookmark(plan.store.resourceVersion))
        }
      }
      continuation.finish()
    }
  }
}
