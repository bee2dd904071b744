import AnalysisCore
import MetricProviders
package import Primitives

/// The schedulers of all endpoints, one each, made when an endpoint is first asked.
package final class EndpointSchedulers: Sendable {
  private let options: EndpointOptions
  private let seed: UInt64
  private let now: @Sendable () -> Instant
  private let schedulers = Locked<[String: EndpointScheduler]>([:])

  /// `seed` keeps the probes of several controllers apart.
  package init(
    options: EndpointOptions = EndpointOptions(),
    seed: UInt64,
    now: @escaping @Sendable () -> Instant
  ) {
    self.options = options
    self.seed = seed
    self.now = now
  }

  /// The one for the endpoint. Endpoints are as many as templates name, and are never forgotten.
  func scheduler(for endpoint: String) -> EndpointScheduler {
    schedulers.withLock { schedulers in
      if let known = schedulers[endpoint] { return known }
      let made = EndpointScheduler(
        endpoint,
        options: options,
        seed: seed &+ UInt64(schedulers.count),
        now: now
      )
      schedulers[endpoint] = made
      return made
    }
  }
}
