package import KubeModel
import Primitives

/// What is known of the server's kinds, and since when.
final class DiscoveryCache: Sendable {
  /// The shortest time between two looks at the server.
  static let refreshInterval = Duration.seconds(3)

  private let state = Locked<(known: Discovery, looked: Instant?)>((Discovery(), nil))
  let look = OneAtATime()

  var known: Discovery { state.withLock { $0.known } }

  /// Whether the last look is too young for another one.
  func isFresh(at now: Instant) -> Bool {
    guard let looked = state.withLock({ $0.looked }) else { return false }
    return looked <= now && now - looked < Self.refreshInterval
  }

  func store(_ discovery: Discovery, at now: Instant) { state.withLock { $0 = (discovery, now) } }
}

extension KubeClient {
  /// The resource type of a kind, from discovery.
  ///
  /// Answers are kept; a kind that is not known makes it look again, at most every three seconds, since a CRD may have
  /// been added. A kind that the server does not serve is `notFound`.
  package func resourceType(apiVersion: String, kind: String) async throws(KubeError) -> ResourceType {
    if let type = discovery.known[apiVersion, kind] { return type }
    let type = try await discovery.look.run { () async throws(KubeError) in
      if discovery.known[apiVersion, kind] == nil, !discovery.isFresh(at: now()) {
        discovery.store(try await discover(), at: now())
      }
      return discovery.known[apiVersion, kind]
    }
    guard let type else {
      throw KubeError(
        .notFound,
        "the server \(configuration.shownServer) serves no kind \(kind) of \(apiVersion)"
      )
    }
    return type
  }

  /// Reads what the server serves, in aggregated form where it knows that, else group by group.
  package func discover() async throws(KubeError) -> Discovery {
    var found = Discovery()
    for root in ["/api", "/apis"] {
      let body = try await send(.raw(root, accept: Discovery.accept))
      if found.add(aggregated: body) { continue }
      for path in Discovery.legacyPaths(body) {
        do throws(KubeError) {
          found.add(legacy: try await send(.raw(path)))
        } catch {
          // A group whose own server is down must not hide the others.
          guard error.code == .notFound || error.status?.code == 503 else { throw error }
        }
      }
    }
    return found
  }
}
