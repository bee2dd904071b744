package import Primitives
package import TrafficPlans

/// Who is asked for what routers read and write outside of the cluster, and does it.
///
/// What is read has a `metadata.resourceVersion` that changes with it, so that a change which was planned from it can be
/// refused once it is another one. It may have `trouble`, a line for people: then it is the last that was known, and is
/// asked for again, later each time.
package protocol RouteSource: Sendable {
  /// How often to ask while a release is in flight.
  var interval: Duration { get }

  /// The same once this is what was answered last, where it matters.
  func interval(after object: JSONValue?) -> Duration

  /// How often to ask at rest.
  var restInterval: Duration { get }

  /// Whether ``perform(_:)`` only notes what is wanted, at once, and the next ``read(_:)`` brings it about.
  var answersLater: Bool { get }

  /// What is there now; nil when there is nothing.
  func read(_ address: RouteAddress) async throws(RouteFailure) -> JSONValue?

  /// Writes, and gives what is there after it.
  func perform(_ change: RouteChange) async throws(RouteFailure) -> JSONValue?

  /// Forgets what it keeps of an address for which nobody asks any more.
  func forget(_ address: RouteAddress)
}

extension RouteSource {
  package func interval(after object: JSONValue?) -> Duration { interval }

  package var restInterval: Duration { .seconds(60) }

  package var answersLater: Bool { false }

  package func forget(_ address: RouteAddress) {}
}

/// Why something outside of the cluster could not be read or written.
package struct RouteFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Kind: Sendable, Hashable {
    /// Nothing came back, or the other side is in trouble: the same may work later.
    case unreachable
    /// Who asks is not let in.
    case refused
    /// It is not what the change was planned from any more.
    case changed
    /// The other side understood and said no.
    case invalid
  }

  package let kind: Kind
  /// One line: what was asked of whom, and what came back; no secrets.
  package let description: String

  package init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
