import KubeModel
import NIOCore
import NIOHTTP1
import Primitives

/// One request on its way through the gateway.
///
/// It is tried on a second address when the first cannot be reached, or when the connection breaks before any byte of
/// an answer and the request may be repeated (RFC 9110, 9.2.2); never more often.
final class ProxyExchange: BackendExchange {
  private enum State {
    case connecting
    case waiting(BackendConnection)
    case answering(BackendConnection)
    case done
  }

  private let request: RouteRequest
  private let head: HTTPRequestHead
  private let body: ByteBuffer?
  private let service: ObjectKey
  private let gateway: GatewayState
  private let pool: BackendPool
  private let client: any ProxyClient
  private let start = ContinuousClock.now
  private var endpoint: RoutingTable.Endpoint
  private var state = State.connecting
  private var status = 0
  private var mayRetry = true
  private var timer: Scheduled<Void>?

  init(
    request: RouteRequest,
    head: HTTPRequestHead,
    body: ByteBuffer?,
    endpoint: RoutingTable.Endpoint,
    service: ObjectKey,
    gateway: GatewayState,
    pool: BackendPool,
    client: any ProxyClient
  ) {
    self.request = request
    self.head = head
    self.body = body
    self.endpoint = endpoint
    self.service = service
    self.gateway = gateway
    self.pool = pool
    self.client = client
  }

  func begin(timeout: Duration, on eventLoop: any EventLoop) {
    timer = eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) {
      self.fail(504, "service \(self.service) did not answer within \(timeout.goText)")
    }
    connect()
  }

  /// The client has gone: nobody waits for the answer.
  func abandon() {
    if case .waiting(let connection) = state { connection.cancel() }
    if case .answering(let connection) = state { connection.cancel() }
    finish()
  }

  /// Pauses or resumes reading from the backend, as the client keeps up.
  func setReading(_ reads: Bool) {
    if case .answering(let connection) = state { connection.setReading(reads) }
  }

  private func connect() {
    state = .connecting
    pool.take(endpoint) { result in
      guard case .connecting = self.state else {
        if case .success(let connection) = result { self.pool.give(connection) }
        return
      }
      switch result {
      case .success(let connection):
        self.state = .waiting(connection)
        connection.send(self.head, body: self.body, for: self)
      case .failure(let error):
        self.retry(orFail: "service \(self.service) cannot be reached: \(error)")
      }
    }
  }

  private func retry(orFail reason: String) {
    guard mayRetry, let next = gateway.another(for: request, service: service, than: endpoint) else {
      return fail(502, reason)
    }
    mayRetry = false
    endpoint = next
    connect()
  }

  func receive(_ part: HTTPClientResponsePart) {
    switch part {
    case .head(let head):
      guard head.status.code >= 200, case .waiting(let connection) = state else { return }
      state = .answering(connection)
      timer?.cancel()
      status = Int(head.status.code)
      client.send(head)
    case .body(let bytes): client.send(bytes)
    case .end:
      record(status)
      finish()
      client.end()
    }
  }

  func connectionLost() {
    switch state {
    case .waiting(let connection):
      let isRepeatable = ["GET", "HEAD", "OPTIONS", "TRACE"].contains(head.method.rawValue)
      guard isRepeatable else {
        return fail(502, "service \(service) closed the connection without an answer")
      }
      // An idle connection that the backend has just given up says nothing about the backend.
      if connection.isReused { return connect() }
      retry(orFail: "service \(service) closed the connection without an answer")
    case .answering:
      record(502)
      finish()
      client.breakOff()
    case .connecting, .done: break
    }
  }

  private func fail(_ status: Int, _ reason: String) {
    if case .done = state { return }
    if case .waiting(let connection) = state { connection.cancel() }
    record(status)
    finish()
    client.refuse(status: status, reason: reason)
  }

  private func record(_ status: Int) {
    gateway.record(service: service, status: status, latency: ContinuousClock.now - start)
  }

  private func finish() {
    state = .done
    timer?.cancel()
  }
}

/// The client's side of an exchange; all calls come on the event loop.
protocol ProxyClient: AnyObject {
  func send(_ head: HTTPResponseHead)
  func send(_ bytes: ByteBuffer)
  func end()
  /// Answers in the gateway's own name.
  func refuse(status: Int, reason: String)
  /// Ends the connection in the middle of an answer, so that the client sees that it is cut.
  func breakOff()
}
