package import HTTPTransport
package import Primitives

/// A client of one API server; safe to use from many tasks at once.
///
/// Every request has a deadline and is counted. Nothing is retried here, except once after a 401 when the credential
/// can be renewed: callers look at ``KubeError/isTransient``. Errors name the attempt and the object.
package final class KubeClient: Sendable {
  package let configuration: KubeConfiguration
  /// The longest that a request, or one page of a list, may take.
  package let deadline: Duration
  let connection: Connection
  let now: @Sendable () -> Instant
  let discovery = DiscoveryCache()
  private let counts = Locked<[RequestKind: Int]>([:])

  /// What requests are counted by.
  package struct RequestKind: Sendable, Hashable {
    package let verb: String
    /// The plural with its group, and the subresource.
    package let resource: String
  }

  package init(
    configuration: KubeConfiguration,
    deadline: Duration = .seconds(15),
    userAgent: String = "serin",
    now: @escaping @Sendable () -> Instant = SystemClock.now
  ) {
    self.configuration = configuration
    self.deadline = deadline
    self.now = now
    connection = Connection(configuration: configuration, userAgent: userAgent, now: now)
  }

  /// Ends all transfers; requests afterwards throw `cancelled`.
  package func shutdown() async { await connection.shutdown() }

  /// How many requests were sent so far, by verb and resource.
  package func requestCounts() -> [RequestKind: Int] { counts.withLock { $0 } }

  /// Sends a request and reads the JSON of its answer, without managed fields; an answer of 400 or more is thrown.
  package func send(_ request: KubeRequest) async throws(KubeError) -> JSONValue {
    let response = try await response(to: request)
    do throws(JSONError) {
      return try JSONValue(parsing: response.body, leavingOut: .managedFields)
    } catch {
      throw KubeError(.other, "\(request.attempt): the answer is \(error)")
    }
  }

  /// Sends a request and gives the answer as it came; an answer of 400 or more is thrown.
  package func response(to request: KubeRequest) async throws(KubeError) -> HTTPResponse {
    count(request)
    let response = try await connection.send(request, deadline: deadline)
    guard response.status < 400 else { throw KubeError(attempt: request.attempt, response: response) }
    return response
  }

  func count(_ request: KubeRequest) {
    counts.withLock { $0[RequestKind(verb: request.verb, resource: request.resource), default: 0] += 1 }
  }
}

extension JSONOmission {
  /// `metadata.managedFields`, which is often half of an object, and which nobody here reads. An update without it
  /// leaves it as it is.
  static let managedFields = JSONOmission(of: "managedFields", in: "metadata")
}
